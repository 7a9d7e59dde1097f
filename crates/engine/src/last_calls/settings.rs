//! `/dwell/v1/LastCall`: whom an account has asked.

use dwell_core::last_call::Setting;
use dwell_core::{Reason, limits, webhook};
use dwell_store::last_calls;

use crate::context::Caller;
use crate::engine::Engine;
use crate::error::Error;
use crate::input::present;

/// The parameters, as sent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Update {
    /// Who is asked; blank for nobody.
    pub webhook_url: Option<String>,
    /// How it is called; a blank one says nothing.
    pub method: Option<String>,
    /// How long before a timer ends, in seconds; a blank one says nothing.
    pub lead_seconds: Option<String>,
}

impl Update {
    fn apply(&self, before: Setting) -> Result<Setting, Reason> {
        let invalid = |name, problem: String| Reason::InvalidParameter { name, problem };
        let url = match self.webhook_url.as_deref() {
            None => before.url,
            Some("") => None,
            Some(url) if webhook::is_url(url) => Some(url.to_owned()),
            Some(_) => {
                let chars_max = limits::WEBHOOK_URL_CHARS_MAX;
                let problem = format!("must be an absolute http or https URL of at most {chars_max} characters");
                return Err(invalid("WebhookUrl", problem));
            }
        };
        let (min, max) = (limits::LAST_CALL_LEAD_SECONDS_MIN, limits::LAST_CALL_LEAD_SECONDS_MAX);
        let lead_seconds = match present(self.lead_seconds.as_deref()) {
            None => before.lead_seconds,
            Some(text) => text
                .parse()
                .ok()
                .filter(|seconds| (min..=max).contains(seconds))
                .ok_or_else(|| invalid("LeadSeconds", format!("must be a whole number from {min} to {max}")))?,
        };
        let method = webhook::method(self.method.as_deref(), "Method")?.unwrap_or(before.method);
        Ok(Setting { url, method, lead_seconds })
    }
}

impl Engine {
    /// Whom the account has asked before a timer moves a conversation.
    ///
    /// # Errors
    /// [`Error::Unavailable`] and the like when the store does not answer.
    pub async fn fetch_last_call(&self, caller: &Caller) -> Result<Setting, Error> {
        let account = caller.account.sid;
        Ok(self.inner.store.read(move |tx| last_calls::setting(tx, &account)).await?)
    }

    /// Changes whom the account has asked. What is without a parameter stays.
    ///
    /// # Errors
    /// [`Reason::InvalidParameter`] for each parameter that breaks a rule.
    pub async fn update_last_call(&self, caller: &Caller, request: Update) -> Result<Setting, Error> {
        if request == Update::default() {
            return self.fetch_last_call(caller).await;
        }
        let account = caller.account.sid;
        let setting = self
            .write(move |tx| {
                let setting = request.apply(last_calls::lock_setting(tx, &account)?)?;
                last_calls::update_setting(tx, &account, &setting)?;
                Ok::<_, Error>(setting)
            })
            .await?;
        self.inner.last_call_bell.notify_one();
        Ok(setting)
    }
}
