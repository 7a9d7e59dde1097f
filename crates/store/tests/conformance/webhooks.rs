use dwell_core::webhook::{Action, Configuration, Configurations, Hook, Method, Routing};
use dwell_core::{FlowSid, Webhook, WebhookSid};
use dwell_store::webhook_configurations::{self, Owner};
use dwell_store::{Seek, Store, StoreError, webhooks};

use crate::samples::*;
use crate::{on_both_engines, read, write};

on_both_engines! {
    a_webhook_of_every_target_is_kept,
    webhooks_of_a_conversation_are_listed_counted_and_removed,
    configurations_of_account_and_service_are_kept_apart,
    nothing_is_set_up_until_it_is_locked,
}

pub(crate) fn hook() -> Hook {
    let filters = vec!["onMessageAdded".to_owned(), "onParticipantAdded".to_owned()];
    Hook { url: "https://example.com/é?a=\"b\"".to_owned(), method: Method::Get, filters }
}

pub(crate) fn flow_sid(n: i64) -> FlowSid {
    FlowSid::new(bytes(n))
}

fn webhook(conversation: i64, n: i64, action: Action) -> Webhook {
    Webhook {
        sid: WebhookSid::new(bytes(n)),
        account_sid: account_sid(1),
        conversation_sid: conversation_sid(conversation),
        action,
        replay_after: None,
        date_created: at(n),
        date_updated: at(n),
    }
}

fn a_webhook_of_every_target_is_kept(store: &Store) {
    let triggers = vec!["help".to_owned(), "\"Hilfe\", bitte".to_owned()];
    let actions =
        [Action::Webhook(hook()), Action::Trigger { hook: hook(), triggers }, Action::Studio { flow_sid: flow_sid(7) }];
    for (n, action) in (1..).zip(actions) {
        let kept = Webhook { replay_after: Some(n), ..webhook(1, n, action) };
        let sid = kept.sid;
        let inserted = kept.clone();
        write(store, move |tx| webhooks::insert(tx, &inserted));
        let fetch = |account: i64, conversation: i64| {
            read(store, move |tx| webhooks::fetch(tx, &account_sid(account), &conversation_sid(conversation), &sid))
        };
        assert_eq!((fetch(1, 1), fetch(2, 1), fetch(1, 2)), (Some(kept.clone()), None, None));
        let mut changed = kept.clone();
        changed.date_updated = at(50);
        changed.action = match changed.action {
            Action::Webhook(hook) => Action::Webhook(Hook { method: Method::Post, ..hook }),
            Action::Trigger { hook, .. } => Action::Trigger { hook, triggers: vec!["x".to_owned()] },
            Action::Studio { .. } => Action::Studio { flow_sid: flow_sid(8) },
        };
        let written = changed.clone();
        write(store, move |tx| webhooks::update(tx, &written));
        assert_eq!(fetch(1, 1), Some(changed.clone()));
        write(store, move |tx| webhooks::delete(tx, &changed));
        assert_eq!(fetch(1, 1), None);
    }
}

fn webhooks_of_a_conversation_are_listed_counted_and_removed(store: &Store) {
    write(store, |tx| -> Result<(), StoreError> {
        for (conversation, n) in [(1, 3), (1, 1), (2, 4), (1, 2)] {
            webhooks::insert(tx, &webhook(conversation, n, Action::Studio { flow_sid: flow_sid(n) }))?;
        }
        Ok(())
    });
    let page = |after: i64, before: i64| {
        let key = |n: i64| if n == 0 { String::new() } else { WebhookSid::new(bytes(n)).to_string() };
        let (after, before) = (key(after), key(before));
        let found = read(store, move |tx| {
            let seek = if before.is_empty() { Seek::After(&after) } else { Seek::Before(&before) };
            webhooks::list(tx, &account_sid(1), &conversation_sid(1), seek, 2)
        });
        found.into_iter().map(|w| w.sid).collect::<Vec<_>>()
    };
    let sids = |numbers: &[i64]| numbers.iter().map(|n| WebhookSid::new(bytes(*n))).collect::<Vec<_>>();
    assert_eq!([page(0, 0), page(2, 0), page(0, 3)], [sids(&[1, 2]), sids(&[3]), sids(&[2, 1])]);
    let count = |account: i64, conversation: i64| {
        read(store, move |tx| webhooks::count(tx, &account_sid(account), &conversation_sid(conversation)))
    };
    assert_eq!((count(1, 1), count(1, 2), count(1, 3), count(2, 1)), (3, 1, 0, 0));
    write(store, |tx| webhooks::delete_all(tx, &conversation_sid(1)));
    assert_eq!((count(1, 1), count(1, 2)), (0, 1));
}

fn configurations_of_account_and_service_are_kept_apart(store: &Store) {
    let of_account = Configuration {
        pre_url: Some("https://example.com/pre".to_owned()),
        post_url: None,
        method: Method::Get,
        filters: vec!["onMessageAdd".to_owned()],
        routing: Routing::Flex,
    };
    let of_service = Configuration { post_url: Some("https://example.com".to_owned()), ..Configuration::default() };
    let set = |account: i64, owner: Owner, configuration: &Configuration| {
        let configuration = configuration.clone();
        write(store, move |tx| {
            let before = webhook_configurations::lock(tx, &account_sid(account), owner)?;
            webhook_configurations::update(tx, &account_sid(account), owner, &configuration)?;
            Ok(before)
        })
    };
    let both = |account: i64, service: i64| {
        read(store, move |tx| webhook_configurations::fetch_both(tx, &account_sid(account), &service_sid(service)))
    };
    assert_eq!(both(1, 1), Configurations::default());
    assert_eq!(set(1, Owner::Account, &of_account), Configuration::default());
    assert_eq!(set(1, Owner::Service(service_sid(1)), &of_service), Configuration::default());
    assert_eq!(set(1, Owner::Service(service_sid(1)), &of_service), of_service);
    let account = Some(of_account);
    assert_eq!(both(1, 1), Configurations { account: account.clone(), service: Some(of_service) });
    assert_eq!(both(1, 2), Configurations { account: account.clone(), service: None });
    assert_eq!(both(2, 1), Configurations::default());
    let fetched = read(store, |tx| webhook_configurations::fetch(tx, &account_sid(1), Owner::Account));
    assert_eq!(fetched, account);
    write(store, |tx| webhook_configurations::delete(tx, &account_sid(1), Owner::Service(service_sid(1))));
    assert_eq!(both(1, 1), Configurations { account, service: None });
}

fn nothing_is_set_up_until_it_is_locked(store: &Store) {
    let owner = Owner::Service(service_sid(1));
    let fetch = || read(store, move |tx| webhook_configurations::fetch(tx, &account_sid(1), owner));
    assert_eq!(fetch(), None);
    let refused = store.write_blocking(move |tx| -> Result<(), StoreError> {
        webhook_configurations::lock(tx, &account_sid(1), owner)?;
        Err(StoreError::Internal("refused".to_owned()))
    });
    assert!(refused.is_err());
    assert_eq!(fetch(), None, "what is refused sets nothing up");
    write(store, move |tx| webhook_configurations::lock(tx, &account_sid(1), owner));
    assert_eq!(fetch(), Some(Configuration::default()));
}
