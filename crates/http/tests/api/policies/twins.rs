//! Plain timers and the policy that says the same never disagree, through the whole server: two accounts, the same
//! requests, the same life.

use dwell_testkit::{Account, SeededRandom};

use super::*;
use crate::support::{all_items, changes};

const HOOK: &str = "https://example.com/hook";
const CONVERSATIONS_EACH: u64 = 4;
const STEPS: usize = 120;

/// The first account has default timers, the second a policy that says the same, and warnings on top.
async fn twins() -> (TestApp, [Account; 2]) {
    let mut app = TestApp::new().await;
    let accounts = [app.account.clone(), app.new_account().await];
    for (account, is_governed) in accounts.iter().zip([false, true]) {
        app.account = account.clone();
        let filters = [("PostWebhookUrl", HOOK), ("Filters", "onConversationStateUpdated")];
        app.made("/v1/Configuration/Webhooks", &filters).await;
        app.hire(AGENT).await;
        if is_governed {
            let warnings = r#"[{"before": "PT2M", "body": "Still there?"}, {"before": "PT30S", "body": "Last call."}]"#;
            let form = [("IdleAfter", "PT5M"), ("Action", "inactivate_and_end"), ("EndInactiveAfter", "PT15M")];
            policy(&app, &[&form[..], &[("Warnings", warnings), ("Farewell", "Bye.")]].concat()).await;
        } else {
            let form = [("DefaultInactiveTimer", "PT5M"), ("DefaultClosedTimer", "PT15M")];
            app.made("/v1/Configuration", &form).await;
        }
    }
    (app, accounts)
}

/// What a twin tells of a conversation: its changes of state and its dates.
async fn shown(app: &TestApp, c: &Value) -> (Vec<String>, Value) {
    let path = format!("/v1/Conversations/{}", sid(c));
    (changes(&life(app, c).await), app.fetched(&path).await["timers"].clone())
}

#[tokio::test]
async fn plain_timers_and_the_policy_that_says_the_same_never_disagree() {
    for seed in 1..=3 {
        let (mut app, accounts) = twins().await;
        let random = SeededRandom::new(seed);
        let mut each = [Vec::new(), Vec::new()];
        for _ in 0..STEPS {
            let [what, which, turn] = [8, CONVERSATIONS_EACH, 400].map(|below| random.below(below));
            app.clock.advance(turn.cast_signed());
            if what < 3 {
                app.fire_due().await;
            }
            let mut answers = Vec::new();
            for (account, conversations) in accounts.iter().zip(&mut each) {
                app.account = account.clone();
                if (conversations.len() as u64) < CONVERSATIONS_EACH {
                    conversations
                        .push(outside(&app, &[], (&format!("+1501712{:04}", conversations.len() + 1_000), DESK)).await);
                }
                let (_, path) = &conversations[which as usize % conversations.len()];
                let form = match what {
                    3 => vec![("State", "inactive")],
                    4 => vec![("State", "active")],
                    5 => vec![("Author", AGENT), ("Body", "x")],
                    6 => vec![("Author", CUSTOMER), ("Body", "x")],
                    7 => vec![("Body", "x")],
                    _ => continue,
                };
                let path = if what > 4 { format!("{path}/Messages") } else { path.clone() };
                answers.push(app.post(&path, &form).await.status);
            }
            assert!(answers.windows(2).all(|pair| pair[0] == pair[1]), "{answers:?}");
        }
        app.advance(100_000).await;
        app.deliver().await;
        for (plain, governed) in each[0].iter().zip(&each[1]) {
            let mut both = Vec::new();
            for (account, (c, _)) in accounts.iter().zip([plain, governed]) {
                app.account = account.clone();
                both.push(shown(&app, c).await);
            }
            assert!(!both[0].0.is_empty());
            assert_eq!(both[0], both[1], "seed {seed}");
        }
        // Both told their webhooks the same, and only one said something.
        let calls = app.receivers.take_calls();
        let told = |account: &Account| {
            let mut told: Vec<_> = calls
                .iter()
                .filter(|call| call.params.iter().any(|(name, value)| name == "AccountSid" && *value == account.sid))
                .map(|call| {
                    let param = |wanted: &str| {
                        call.params.iter().find(|(name, _)| name == wanted).map_or("", |(_, value)| value.as_str())
                    };
                    ["EventType", "StateFrom", "StateTo", "Reason", "StateUpdated"].map(param).join(" ")
                })
                .collect();
            told.sort();
            told
        };
        let [plain, governed] = [&accounts[0], &accounts[1]].map(told);
        assert!(plain.len() > 10, "{plain:?}");
        assert_eq!(plain, governed, "seed {seed}");
        let mut said = Vec::new();
        for (account, conversations) in accounts.iter().zip(&each) {
            app.account = account.clone();
            let mut count = 0;
            for (_, path) in conversations {
                let messages = all_items(&app, &format!("{path}/Messages")).await;
                count += messages.iter().filter(|message| message["body"] != "x").count();
            }
            said.push(count);
        }
        assert!(said[0] == 0 && said[1] > 0, "{said:?}");
    }
}
