//! `POST /dwell/v1/Channels/{Sid}`.

use dwell_core::channel::{Channel, Settings};
use dwell_store::Tx;
use dwell_store::channels;

use super::{Request, clash, invalid_settings, open, sid_of};
use crate::context::Caller;
use crate::engine::Engine;
use crate::error::Error;
use crate::input::{self, present};

impl Engine {
    /// Changes a channel. What is not given stays; settings are replaced as a whole, but for secrets that are
    /// left out or given as they are shown. Without any parameter nothing changes.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`dwell_core::Reason::AddressServed`] when another channel of the account serves
    /// one of its addresses; a [`dwell_core::Reason`] for each parameter that breaks a rule.
    pub async fn update_channel(
        &self,
        caller: &Caller,
        segment: &str,
        request: Request,
    ) -> Result<(Channel, Settings), Error> {
        let sid = sid_of(segment)?;
        let (engine, caller) = (self.clone(), caller.clone());
        self.write(move |tx| {
            let stored = channels::lock(tx, &caller.account.sid, &sid)?.ok_or(Error::NotFound)?;
            update(tx, &engine, &caller, stored, &request)
        })
        .await
    }
}

fn update(
    tx: &mut dyn Tx,
    engine: &Engine,
    caller: &Caller,
    mut stored: channels::Stored,
    request: &Request,
) -> Result<(Channel, Settings), Error> {
    let mut settings = open(&engine.inner.secret_key, &stored)?;
    if *request == Request::default() {
        return Ok((stored.channel, settings));
    }
    let channel = &mut stored.channel;
    let friendly_name = input::friendly_name(request.friendly_name.as_deref())?;
    channel.friendly_name = friendly_name.or(channel.friendly_name.take());
    if let Some(given) = &request.addresses {
        channel.addresses = channel.provider.check_addresses(given)?;
    }
    channel.enabled = input::boolean("Enabled", request.enabled.as_deref())?.unwrap_or(channel.enabled);
    channel.date_updated = caller.now(tx)?.max(channel.date_updated);
    if let Some(json) = present(request.settings.as_deref()) {
        settings = Settings::given(channel.provider, json, Some(&settings)).map_err(invalid_settings)?;
        stored.takes_groups = settings.takes_groups();
        stored.settings = engine.inner.secret_key.seal(&settings.to_json(), &*engine.inner.random);
    }
    if !channels::update(tx, &stored)? {
        return Err(clash(tx, &stored.channel)?);
    }
    Ok((stored.channel, settings))
}
