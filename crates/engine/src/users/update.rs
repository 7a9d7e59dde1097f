//! `POST /Users/{Sid}` (contract §5.7).

use dwell_core::event::EventKind;
use dwell_core::role::RoleType;
use dwell_core::{User, attributes, limits};
use dwell_store::{Tx, services, users};

use crate::context::Scope;
use crate::engine::Engine;
use crate::error::Error;
use crate::input::{self, present};
use crate::pre_hooks::{PreEvent, Request};

/// The parameters, as sent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names are the contract's")]
pub struct Update {
    pub friendly_name: Option<String>,
    pub attributes: Option<String>,
    pub role_sid: Option<String>,
}

impl Request for Update {
    fn is_empty(&self) -> bool {
        *self == Update::default()
    }
}

impl Engine {
    /// Changes a user. Without any parameter nothing changes.
    ///
    /// # Errors
    /// [`Error::NotFound`]; a [`dwell_core::Reason`] for each parameter that breaks a rule.
    pub async fn update_user(&self, scope: &Scope, segment: &str, request: Update) -> Result<User, Error> {
        let segment = segment.to_owned();
        let work = move |tx: &mut dyn Tx, scope: &Scope, request: &Update| update(tx, scope, &segment, request);
        self.write_unless_rejected(PreEvent::UserUpdate, scope, request, work).await
    }
}

fn update(tx: &mut dyn Tx, scope: &Scope, segment: &str, request: &Update) -> Result<User, Error> {
    let account = &scope.caller.account.sid;
    services::fetch(tx, account, &scope.service_sid)?.ok_or(Error::NotFound)?;
    let mut user =
        super::by_key(segment, |key| users::lock(tx, account, &scope.service_sid, key))?.ok_or(Error::NotFound)?;
    if request.is_empty() {
        return Ok(user);
    }
    user.friendly_name = input::friendly_name(request.friendly_name.as_deref())?.or(user.friendly_name);
    if let Some(text) = &request.attributes {
        attributes::check(text, limits::ATTRIBUTES_BYTES_MAX)?;
        user.attributes.clone_from(text);
    }
    if let Some(text) = present(request.role_sid.as_deref()) {
        user.role_sid = crate::participants::check_role(tx, account, &scope.service_sid, text, RoleType::Service)?;
    }
    user.date_updated = scope.caller.now(tx)?.max(user.date_updated);
    user.event_seq += 1;
    users::update(tx, &user)?;
    super::record(tx, &scope.caller, &user, EventKind::UserUpdated, user.date_updated)?;
    Ok(user)
}
