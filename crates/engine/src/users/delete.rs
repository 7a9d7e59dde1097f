//! `DELETE /Users/{Sid}` (contract §5.7): takes the user out of its conversations.

use dwell_core::limits::CONVERSATIONS_PER_IDENTITY_MAX;
use dwell_core::{Reason, User};
use dwell_store::{Tx, bindings, participants, services, users};

use crate::context::Scope;
use crate::engine::Engine;
use crate::error::Error;
use crate::journal::save;

impl Engine {
    /// Removes a user, its devices' bindings, and its participants in every conversation that is not
    /// closed; closed ones stay as they are, and messages keep their author.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn delete_user(&self, scope: &Scope, segment: &str) -> Result<(), Error> {
        let (scope, segment) = (scope.clone(), segment.to_owned());
        self.write(move |tx| {
            let account = &scope.caller.account.sid;
            services::fetch(tx, account, &scope.service_sid)?.ok_or(Error::NotFound)?;
            let user = super::by_key(&segment, |key| users::lock(tx, account, &scope.service_sid, key))?
                .ok_or(Error::NotFound)?;
            delete(tx, &scope, &user)
        })
        .await
    }
}

fn delete(tx: &mut dyn Tx, scope: &Scope, user: &User) -> Result<(), Error> {
    let (account, service) = (&user.account_sid, &user.service_sid);
    let open = participants::open_conversations(tx, account, service, &user.identity, CONVERSATIONS_PER_IDENTITY_MAX)?;
    for (conversation, participant) in open {
        let (mut c, mut journal, settled) = match crate::conversations::lock_open(tx, scope, &conversation) {
            Ok(locked) => locked,
            // Its timer has come due; the scheduler is about to close it, and closed ones stay.
            Err(Error::Refused(Reason::ConversationClosed) | Error::NotFound) => continue,
            Err(error) => return Err(error),
        };
        let key = participants::Key::Sid(&participant);
        if let Some(participant) = participants::fetch(tx, account, &conversation, key)? {
            crate::participants::remove(tx, &mut c, &mut journal, &participant)?;
            save(tx, &c, settled)?;
            journal.write(tx)?;
        }
    }
    bindings::delete_of_identity(tx, account, service, &user.identity)?;
    users::delete(tx, &user.sid)?;
    Ok(())
}
