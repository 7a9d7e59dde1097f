//! `POST /Services`.

use dwell_core::role::{CHANNEL_ADMIN, CHANNEL_USER, DefaultRole, SERVICE_ADMIN, SERVICE_USER};
use dwell_core::{AccountSid, Reason, Role, RoleSid, Service, ServiceSid, Timestamp};
use dwell_store::{Tx, roles, services};

use crate::context::Caller;
use crate::engine::Engine;
use crate::error::Error;
use crate::input;

/// The parameters, as sent.
#[derive(Debug, Clone, Default)]
#[allow(missing_docs, reason = "the names are the contract's")]
pub struct Create {
    pub friendly_name: Option<String>,
}

/// A service with its four roles, on its way into the store.
#[derive(Debug, Clone)]
pub(crate) struct NewService {
    service: Service,
    roles: Vec<Role>,
}

/// A service with the four roles that each is born with (contract §5.10).
pub(crate) fn new_service(engine: &Engine, account: AccountSid, friendly_name: &str, now: Timestamp) -> NewService {
    let sid = ServiceSid::new(engine.sid());
    let role = |role: DefaultRole| Role {
        sid: RoleSid::new(engine.sid()),
        account_sid: account,
        service_sid: sid,
        friendly_name: role.friendly_name.to_owned(),
        role_type: role.role_type,
        permissions: role.permissions().into_iter().map(str::to_owned).collect(),
        date_created: now,
        date_updated: now,
    };
    let (service_user, service_admin) = (role(SERVICE_USER), role(SERVICE_ADMIN));
    let (channel_user, channel_admin) = (role(CHANNEL_USER), role(CHANNEL_ADMIN));
    let service = Service {
        sid,
        account_sid: account,
        friendly_name: friendly_name.to_owned(),
        default_chat_service_role_sid: service_user.sid,
        default_conversation_role_sid: channel_user.sid,
        default_conversation_creator_role_sid: channel_admin.sid,
        reachability_enabled: false,
        date_created: now,
        date_updated: now,
    };
    NewService { service, roles: vec![service_user, service_admin, channel_user, channel_admin] }
}

impl NewService {
    pub(crate) fn sid(&self) -> ServiceSid {
        self.service.sid
    }

    /// Writes the service and its roles, as created at `now`.
    pub(crate) fn insert(&self, tx: &mut dyn Tx, now: Timestamp) -> Result<Service, Error> {
        let service = Service { date_created: now, date_updated: now, ..self.service.clone() };
        services::insert(tx, &service)?;
        for role in &self.roles {
            roles::insert(tx, &Role { date_created: now, date_updated: now, ..role.clone() })?;
        }
        Ok(service)
    }
}

impl Engine {
    /// Creates a service with its four default roles.
    ///
    /// # Errors
    /// [`Reason::FriendlyNameMissing`], [`Reason::FriendlyNameTooLong`].
    pub async fn create_service(&self, caller: &Caller, request: Create) -> Result<Service, Error> {
        let name = input::friendly_name(request.friendly_name.as_deref())?.ok_or(Reason::FriendlyNameMissing)?;
        let new = new_service(self, caller.account.sid, &name, caller.received_at);
        let caller = caller.clone();
        self.write(move |tx| {
            let now = caller.now(tx)?;
            new.insert(tx, now)
        })
        .await
    }
}
