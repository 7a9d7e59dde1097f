//! Limits and large numbers.

use crate::ask::send;
use crate::command::{Command, Manner};
use crate::pool;
use crate::world::World;
use crate::world::together::all;

/// More address pairs than a conversation takes (contract §18 M4).
const PAIRS: usize = 53;
/// Requests under way at once.
const AT_ONCE: usize = 100;
/// The timers of a crowd: many are due at the same instant, and some not.
const TIMERS: [usize; 5] = [0, 4, 4, 7, 9];

impl World {
    /// Adds participants from outside until the conversation takes no more.
    pub(super) async fn fill(&mut self, c: usize) -> Result<String, String> {
        for number in 0..PAIRS {
            let address = format!("+1444{c:04}{number:03}");
            let command = Command::Bind { c, address, proxy: pool::PROXIES[0].to_owned() };
            self.ask(Manner::default(), &command).await?;
        }
        self.look(Some(c)).await?;
        Ok(format!("{PAIRS} pairs"))
    }

    /// Makes many conversations in one service, and lets one identity join them all.
    pub(super) async fn crowd(&mut self, service: usize, count: usize, join: bool) -> Result<String, String> {
        let first = self.model.conversations.len();
        let commands: Vec<Command> = (0..count)
            .map(|number| {
                let timer = |place: usize| TIMERS.get(place).map(|timer| pool::TIMERS[*timer]);
                let (inactive, closed) =
                    (timer(number % 7), timer((number + 3) % 8).filter(|t| t.seconds >= Some(600)));
                Command::Create { service, state: None, inactive, closed, name: None }
            })
            .collect();
        for commands in commands.chunks(AT_ONCE) {
            let desk = self.desk();
            let asks: Vec<_> = commands.iter().filter_map(|command| desk.ask(command, Manner::default())).collect();
            let engine = self.engine()?.clone();
            let answers = all(asks.into_iter().map(|ask| send(engine.clone(), ask))).await;
            for (command, answer) in commands.iter().zip(&answers) {
                self.compare(Manner::default(), command, answer)?;
            }
        }
        if join {
            for c in first..self.model.conversations.len() {
                self.ask(Manner::default(), &Command::Join { c, identity: "crowd" }).await?;
            }
        }
        self.look(None).await?;
        Ok(format!("{} conversations", self.model.conversations.len() - first))
    }
}
