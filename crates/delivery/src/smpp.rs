//! SMPP 3.4: messages to and from an SMSC, for those with a carrier of their own.
//!
//! - `link` is one session: it binds as a transceiver, sends and receives PDUs, and keeps the line awake.
//! - [`Smpp`] hands messages over to whichever session their channel has: `outgoing` makes PDUs of them.
//! - `arrivals` takes what comes in, messages and receipts, to the [`Office`], and tells the SMSC that it is
//!   kept only once it is.
//! - `alphabet`, `segments`, `address`, `report` and `frame` are how things are written.

mod address;
mod alphabet;
mod arrivals;
mod frame;
mod link;
mod office;
mod outgoing;
mod pace;
mod report;
mod segments;
mod status;
mod unanswered;

use std::collections::HashMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use dwell_core::ChannelSid;
use dwell_core::channel::{Channel, Provider};
use dwell_core::receipt::Status;
use dwell_engine::inbound::{Inbound, Part, Received, Whole};
use dwell_engine::{Clock, Engine, Error, Random};
use parking_lot::Mutex;

use crate::dial::Dialler;
use crate::guard::{Guard, Lookup, SystemLookup};
use crate::sessions::{Holder, Holding, OfProvider, Session, Supervisor};
use link::Link;
use unanswered::Unanswered;

/// What an office returns: its answer, to come.
pub type Doing<'a, T> = Pin<Box<dyn Future<Output = Result<T, Error>> + Send + 'a>>;

/// Where that goes which comes in: the engine. An answer means that it is on disk.
pub trait Office: Send + Sync + 'static {
    /// Takes a message.
    fn receive<'a>(&'a self, channel: &'a Channel, inbound: Inbound) -> Doing<'a, Received>;

    /// Takes one part of a long message; the whole of it once all parts are there.
    fn gather<'a>(&'a self, channel: &'a Channel, part: Part) -> Doing<'a, Option<Whole>>;

    /// Takes the news of a message that was handed over, by the name that the SMSC gave it.
    fn note_status<'a>(
        &'a self,
        channel: &'a Channel,
        name: String,
        status: Status,
        error_code: Option<i64>,
    ) -> Doing<'a, ()>;
}

/// Sessions with SMSCs, and what goes out over them. One for the whole process.
pub struct Smpp {
    dialler: Dialler,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
    public_base_url: Option<String>,
    links: Mutex<HashMap<ChannelSid, Link>>,
    progress: outgoing::Progress,
    unanswered: Unanswered,
}

impl Smpp {
    /// Sessions that connect to what `guard` allows. Media is sent as links below `public_base_url`.
    pub fn new(guard: Guard, clock: Arc<dyn Clock>, random: Arc<dyn Random>, public_base_url: Option<String>) -> Self {
        Self::with_lookup(guard, Arc::new(SystemLookup), clock, random, public_base_url)
    }

    /// Sessions that ask `lookup` for addresses.
    pub fn with_lookup(
        guard: Guard,
        lookup: Arc<dyn Lookup>,
        clock: Arc<dyn Clock>,
        random: Arc<dyn Random>,
        public_base_url: Option<String>,
    ) -> Self {
        Smpp {
            dialler: Dialler::new(Arc::new(guard), lookup),
            clock,
            random,
            public_base_url,
            links: Mutex::default(),
            progress: outgoing::Progress::default(),
            unanswered: Unanswered::default(),
        }
    }
}

/// Holds sessions whose arrivals go to an office.
pub struct Sessions {
    smpp: Arc<Smpp>,
    office: Arc<dyn Office>,
}

impl Sessions {
    /// Sessions of `smpp` that bring what comes in to `office`.
    pub fn new(smpp: Arc<Smpp>, office: Arc<dyn Office>) -> Self {
        Sessions { smpp, office }
    }
}

/// Keeps a session for each SMSC that an enabled channel is set up for.
pub fn supervisor(smpp: Arc<Smpp>, engine: Engine) -> Supervisor {
    let source = Arc::new(OfProvider::new(engine.clone(), Provider::Smpp));
    let (clock, random) = (smpp.clock.clone(), smpp.random.clone());
    Supervisor::new(source, Arc::new(Sessions::new(smpp, Arc::new(engine))), clock, random)
}

impl Holder for Sessions {
    fn hold(&self, session: Session) -> Holding<'_> {
        Box::pin(async move { link::hold(&self.smpp, self.office.clone(), session).await })
    }
}
