//! `POST /dwell/v1/Channels`.

use dwell_core::channel::{Channel, Provider, Settings};
use dwell_core::{ChannelSid, Reason};
use dwell_store::channels::{self, Stored};

use super::{Request, clash, invalid_settings};
use crate::context::Caller;
use crate::engine::Engine;
use crate::error::Error;
use crate::input::{self, present};

impl Engine {
    /// Creates a channel of the account.
    ///
    /// # Errors
    /// [`Reason::AddressServed`] when another channel of the account serves one of its addresses; a
    /// [`Reason`] for each parameter that is missing or breaks a rule.
    pub async fn create_channel(&self, caller: &Caller, request: Request) -> Result<(Channel, Settings), Error> {
        let provider = provider(request.provider.as_deref())?;
        let friendly_name = input::friendly_name(request.friendly_name.as_deref())?;
        let addresses = provider.check_addresses(&request.addresses.unwrap_or_default())?;
        let enabled = input::boolean("Enabled", request.enabled.as_deref())?.unwrap_or(true);
        let json = present(request.settings.as_deref()).unwrap_or("{}");
        let settings = Settings::given(provider, json, None).map_err(invalid_settings)?;
        let sealed = self.inner.secret_key.seal(&settings.to_json(), &*self.inner.random);
        let takes_groups = settings.takes_groups();
        let sid = ChannelSid::new(self.sid());
        let caller = caller.clone();
        let write = self.write(move |tx| {
            let now = caller.now(tx)?;
            let channel = Channel {
                sid,
                account_sid: caller.account.sid,
                provider,
                friendly_name: friendly_name.clone(),
                addresses: addresses.clone(),
                enabled,
                date_created: now,
                date_updated: now,
            };
            let stored = Stored { channel, settings: sealed.clone(), takes_groups };
            if !channels::insert(tx, &stored)? {
                return Err(clash(tx, &stored.channel)?);
            }
            Ok(stored.channel)
        });
        Ok((write.await?, settings))
    }
}

fn provider(text: Option<&str>) -> Result<Provider, Reason> {
    present(text).and_then(Provider::parse).ok_or_else(|| {
        let names = Provider::ALL.map(Provider::as_str).join(", ");
        Reason::InvalidParameter { name: "Provider", problem: format!("one of {names} is required") }
    })
}
