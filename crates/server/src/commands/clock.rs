//! `dwell clock`: the clock of a test account, over HTTP.

use super::remote::{self, Remote};
use crate::console::say;
use crate::failure::Failure;
use crate::opening;

#[derive(clap::Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    server: remote::Flags,
    #[command(subcommand)]
    action: Action,
}

#[derive(clap::Subcommand)]
enum Action {
    /// Show where the clock stands
    Show,
    /// Turn the clock forward and carry out everything that comes due on the way
    Advance(Target),
    /// Stop the clock
    Freeze,
    /// Let the clock run on from where it stands
    Resume,
}

#[derive(clap::Args)]
#[group(required = true, multiple = false)]
struct Target {
    /// An ISO 8601 duration, such as P30D or PT90M
    #[arg(long, value_name = "DURATION")]
    by: Option<String>,
    /// An ISO 8601 date and time, or `next` for the next transition
    #[arg(long, value_name = "INSTANT")]
    to: Option<String>,
}

pub(super) fn run(arguments: Arguments) -> Result<(), Failure> {
    const CLOCK: &str = "/dwell/v1/TestClock";
    let server = Remote::new(arguments.server)?;
    let answer = opening::block_on(async {
        match arguments.action {
            Action::Show => server.get(CLOCK).await,
            Action::Freeze => server.post(&format!("{CLOCK}/Freeze"), &[]).await,
            Action::Resume => server.post(&format!("{CLOCK}/Resume"), &[]).await,
            Action::Advance(Target { by, to }) => {
                let form = [("By", by), ("To", to)].into_iter().filter_map(|(name, value)| Some((name, value?)));
                server.post(&format!("{CLOCK}/Advance"), &form.collect::<Vec<_>>()).await
            }
        }
    })??;
    say(answer.trim_end());
    Ok(())
}
