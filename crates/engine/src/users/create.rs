//! `POST /Users` (contract §5.7).

use dwell_core::event::EventKind;
use dwell_core::role::RoleType;
use dwell_core::{Reason, Service, Timestamp, User, UserSid, attributes, limits};
use dwell_store::{Tx, services, users};

use crate::context::Scope;
use crate::engine::Engine;
use crate::error::Error;
use crate::input::{self, present};

/// The parameters, as sent.
#[derive(Debug, Clone, Default)]
#[allow(missing_docs, reason = "the names are the contract's")]
pub struct Create {
    pub identity: Option<String>,
    pub friendly_name: Option<String>,
    pub attributes: Option<String>,
    pub role_sid: Option<String>,
}

impl Engine {
    /// Creates a user.
    ///
    /// # Errors
    /// [`Error::NotFound`] without the service; [`Reason::UserExists`]; a [`Reason`] for each
    /// parameter that breaks a rule.
    pub async fn create_user(&self, scope: &Scope, request: Create) -> Result<User, Error> {
        let sid = UserSid::new(self.sid());
        let scope = scope.clone();
        self.write(move |tx| create(tx, &scope, sid, &request)).await
    }
}

fn create(tx: &mut dyn Tx, scope: &Scope, sid: UserSid, request: &Create) -> Result<User, Error> {
    let account = &scope.caller.account.sid;
    let service = services::hold(tx, account, &scope.service_sid)?.ok_or(Error::NotFound)?;
    let identity = present(request.identity.as_deref()).ok_or(Reason::IdentityMissing)?;
    let identity = input::identity(identity)?;
    let attributes = request.attributes.as_deref().unwrap_or(attributes::EMPTY);
    attributes::check(attributes, limits::ATTRIBUTES_BYTES_MAX)?;
    let now = scope.caller.now(tx)?;
    let role_sid = match present(request.role_sid.as_deref()) {
        Some(text) => crate::participants::check_role(tx, account, &service.sid, text, RoleType::Service)?,
        None => service.default_chat_service_role_sid,
    };
    let user = User {
        friendly_name: input::friendly_name(request.friendly_name.as_deref())?,
        attributes: attributes.to_owned(),
        role_sid,
        ..new(&service, identity, sid, now)
    };
    if !users::insert(tx, &user)? {
        return Err(Error::Refused(Reason::UserExists));
    }
    super::record(tx, &scope.caller, &user, EventKind::UserAdded, now)?;
    Ok(user)
}

fn new(service: &Service, identity: &str, sid: UserSid, now: Timestamp) -> User {
    User {
        sid,
        account_sid: service.account_sid,
        service_sid: service.sid,
        identity: identity.to_owned(),
        friendly_name: None,
        attributes: attributes::EMPTY.to_owned(),
        role_sid: service.default_chat_service_role_sid,
        event_seq: 1,
        date_created: now,
        date_updated: now,
    }
}

/// The user of an identity, made with the service's default role when there is none, and locked.
pub(crate) fn ensure(
    tx: &mut dyn Tx,
    scope: &Scope,
    service: &Service,
    identity: &str,
    sid: UserSid,
    now: Timestamp,
) -> Result<User, Error> {
    let key = users::Key::Identity(identity);
    if let Some(user) = users::lock(tx, &service.account_sid, &service.sid, key)? {
        return Ok(user);
    }
    let user = new(service, identity, sid, now);
    if users::insert(tx, &user)? {
        super::record(tx, &scope.caller, &user, EventKind::UserAdded, now)?;
        return Ok(user);
    }
    // Somebody else made it this moment.
    users::lock(tx, &service.account_sid, &service.sid, key)?.ok_or(Error::Conflict)
}
