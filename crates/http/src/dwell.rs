//! Dwell's own resources, beside the contract's: the life of a conversation, the timers that are
//! armed, policies, who is asked before one moves a conversation, channels, messages from outside and on their way
//! there, simulated telephones, deliveries of webhooks, test clocks, bulk jobs, statistics, saved views, sessions of
//! work on conversations, who does it and the stream of what happens, access tokens, people with their roles and what
//! they did, and API keys.
//! Their instants are exact to the microsecond, but for those of tokens, which know nothing finer than a second.

mod access_tokens;
mod agents;
mod audit_log;
mod bulk;
mod channel_status;
mod channels;
mod deliveries;
mod desk;
mod events;
mod inbound;
mod keys;
mod last_call;
mod lifecycle;
mod live;
mod outbound_messages;
pub(crate) mod people;
mod phones;
mod policies;
pub(crate) mod role_permissions;
mod sessions;
mod statistics;
mod test_clock;
mod timers;
mod views;

pub(crate) use bulk::tell as tell_of_bulk;
use dwell_engine::Engine;
use utoipa_axum::router::OpenApiRouter;

pub(crate) fn routes() -> OpenApiRouter<Engine> {
    OpenApiRouter::new()
        .merge(access_tokens::routes())
        .merge(audit_log::routes())
        .merge(agents::routes())
        .merge(bulk::routes())
        .merge(channels::routes())
        .merge(channel_status::routes())
        .merge(deliveries::routes())
        .merge(events::routes())
        .merge(desk::routes())
        .merge(inbound::routes())
        .merge(keys::routes())
        .merge(last_call::routes())
        .merge(lifecycle::routes())
        .merge(people::routes())
        .merge(role_permissions::routes())
        .merge(policies::routes())
        .merge(live::routes())
        .merge(phones::routes())
        .merge(sessions::routes())
        .merge(outbound_messages::routes())
        .merge(statistics::routes())
        .merge(timers::routes())
        .merge(test_clock::routes())
        .merge(views::routes())
}
