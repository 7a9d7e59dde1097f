//! A service's configuration: default roles and reachability (contract §5.12).

use dwell_core::role::RoleType;
use dwell_core::{Reason, RoleSid, Service};
use dwell_store::{Tx, services};

use crate::context::Scope;
use crate::engine::Engine;
use crate::error::Error;
use crate::input::{self, present};
use crate::participants::check_role;

/// The parameters, as sent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names are the contract's")]
pub struct Update {
    pub default_conversation_creator_role_sid: Option<String>,
    pub default_conversation_role_sid: Option<String>,
    pub default_chat_service_role_sid: Option<String>,
    pub reachability_enabled: Option<String>,
}

impl Engine {
    /// The service and its settings.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn fetch_service_configuration(&self, scope: &Scope) -> Result<Service, Error> {
        let scope = scope.clone();
        self.inner
            .store
            .read(move |tx| services::fetch(tx, &scope.caller.account.sid, &scope.service_sid)?.ok_or(Error::NotFound))
            .await
    }

    /// Changes a service's settings. New default roles hold for users and participants made from
    /// now on. Without any parameter nothing changes.
    ///
    /// # Errors
    /// [`Error::NotFound`]; a [`Reason`] for each parameter that breaks a rule.
    pub async fn update_service_configuration(&self, scope: &Scope, request: Update) -> Result<Service, Error> {
        let scope = scope.clone();
        self.write(move |tx| update(tx, &scope, &request)).await
    }
}

fn update(tx: &mut dyn Tx, scope: &Scope, request: &Update) -> Result<Service, Error> {
    let account = &scope.caller.account.sid;
    // The lock also keeps roles from being deleted while they become defaults.
    let mut service = services::lock(tx, account, &scope.service_sid)?.ok_or(Error::NotFound)?;
    if *request == Update::default() {
        return Ok(service);
    }
    let mut role_of_conversation = |text: Option<&str>, missing: Reason| -> Result<Option<RoleSid>, Error> {
        let Some(text) = present(text) else { return Ok(None) };
        match check_role(tx, account, &scope.service_sid, text, RoleType::Conversation) {
            Err(Error::Refused(_)) => Err(Error::Refused(missing)),
            checked => checked.map(Some),
        }
    };
    let creator = request.default_conversation_creator_role_sid.as_deref();
    if let Some(sid) = role_of_conversation(creator, Reason::DefaultCreatorRoleNotFound)? {
        service.default_conversation_creator_role_sid = sid;
    }
    let participant = request.default_conversation_role_sid.as_deref();
    if let Some(sid) = role_of_conversation(participant, Reason::DefaultConversationRoleNotFound)? {
        service.default_conversation_role_sid = sid;
    }
    if let Some(text) = present(request.default_chat_service_role_sid.as_deref()) {
        service.default_chat_service_role_sid = check_role(tx, account, &service.sid, text, RoleType::Service)?;
    }
    if let Some(enabled) = input::boolean("ReachabilityEnabled", request.reachability_enabled.as_deref())? {
        service.reachability_enabled = enabled;
    }
    service.date_updated = scope.caller.now(tx)?.max(service.date_updated);
    services::update(tx, &service)?;
    Ok(service)
}
