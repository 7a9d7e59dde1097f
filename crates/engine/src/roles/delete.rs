//! `DELETE /Roles/{Sid}` (contract §5.10, §18 U19).

use dwell_core::{Reason, RoleSid};
use dwell_store::{roles, services};

use crate::context::Scope;
use crate::engine::Engine;
use crate::error::Error;

impl Engine {
    /// Deletes a role that is none of the service's defaults. Users and participants who hold it
    /// keep its SID, which grants nothing any more, until they are given another.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Reason::DefaultRoleDelete`].
    pub async fn delete_role(&self, scope: &Scope, segment: &str) -> Result<(), Error> {
        let sid = RoleSid::parse(segment).ok_or(Error::NotFound)?;
        let scope = scope.clone();
        self.write(move |tx| {
            let account = &scope.caller.account.sid;
            // The service's lock keeps the role from becoming a default meanwhile.
            let service = services::lock(tx, account, &scope.service_sid)?.ok_or(Error::NotFound)?;
            let defaults = [
                service.default_chat_service_role_sid,
                service.default_conversation_role_sid,
                service.default_conversation_creator_role_sid,
            ];
            if defaults.contains(&sid) {
                return Err(Error::Refused(Reason::DefaultRoleDelete));
            }
            let found = roles::delete(tx, account, &service.sid, &sid)?;
            if found { Ok(()) } else { Err(Error::NotFound) }
        })
        .await
    }
}
