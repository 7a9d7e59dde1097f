//! The other sides of channels, one module for each provider.

mod answer;
mod http;
mod twilio;

use std::sync::Arc;

use dwell_core::channel::Settings;
use dwell_core::receipt::Status;
use dwell_engine::Clock;
use dwell_engine::carriers::{Accepted, Carrier, CarryError, Carrying, Parcel};
use dwell_engine::hooks::CallError;

use crate::client::{HttpClient, Unusable};
use crate::email::Mailer;
use crate::guard::{Guard, Lookup, SystemLookup};
use crate::smpp::Smpp;

/// What carriers over HTTP know the sender by.
const USER_AGENT: &str = concat!("Dwell/", env!("CARGO_PKG_VERSION"));

/// What carriers need to know of this server.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Where carriers reach this server, such as `https://chat.example.com`. Without it they cannot fetch media
    /// nor tell what became of a message.
    pub public_base_url: Option<String>,
}

/// Hands messages over to the other sides of channels. One for the whole process: it holds the connections.
pub struct Carriers {
    http: HttpClient,
    mailer: Mailer,
    options: Options,
    smpp: Option<Arc<Smpp>>,
}

impl Carriers {
    /// Carriers that connect to what `guard` allows and ask the system for addresses. `clock` dates mails.
    ///
    /// # Errors
    ///
    /// [`Unusable`] if TLS cannot be set up, as for webhooks.
    pub fn new(guard: Guard, options: Options, clock: Arc<dyn Clock>) -> Result<Self, Unusable> {
        Self::with_lookup(guard, options, clock, Arc::new(SystemLookup))
    }

    /// Carriers that ask `lookup` for addresses.
    ///
    /// # Errors
    ///
    /// As [`Carriers::new`].
    pub fn with_lookup(
        guard: Guard,
        options: Options,
        clock: Arc<dyn Clock>,
        lookup: Arc<dyn Lookup>,
    ) -> Result<Self, Unusable> {
        let guard = Arc::new(guard);
        let mailer = Mailer::new(guard.clone(), lookup.clone(), clock);
        Ok(Carriers { http: HttpClient::new(guard, lookup, USER_AGENT)?, mailer, options, smpp: None })
    }

    /// Carriers that hand messages for SMSCs over to these sessions.
    #[must_use]
    pub fn with_smpp(mut self, smpp: Arc<Smpp>) -> Self {
        self.smpp = Some(smpp);
        self
    }

    async fn hand_over(&self, parcel: Parcel) -> Result<Accepted, CarryError> {
        match (&parcel.settings, &self.smpp) {
            (Settings::Twilio(settings), _) => twilio::carry(&self.http, &self.options, settings, &parcel).await,
            (Settings::Http(settings), _) => http::carry(&self.http, &self.options, settings, &parcel).await,
            (Settings::Email(_), _) => self.mailer.carry(parcel).await,
            (Settings::Smpp(_), Some(smpp)) => smpp.carry(&parcel).await,
            // Simulated phones are the engine's own.
            (Settings::Smpp(_) | Settings::Loopback(_), _) => {
                let provider = parcel.channel.provider.as_str();
                Err(refused(format!("this server hands nothing over to channels of `{provider}`")))
            }
        }
    }
}

impl Carrier for Carriers {
    fn carry(&self, parcel: Parcel) -> Carrying<'_> {
        Box::pin(self.hand_over(parcel))
    }
}

/// A refusal of our own: the other side was not asked.
fn refused(what: String) -> CarryError {
    CarryError::Never { status: Status::Failed, error_code: None, what }
}

/// A call without an answer. All of these can be mended, by the other side or by an operator: messages wait.
fn unanswered(error: &CallError) -> CarryError {
    CarryError::Later { what: error.to_string() }
}
