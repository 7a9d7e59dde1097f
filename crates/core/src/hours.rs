//! Business hours: the time of the week in which a clock runs.

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use crate::limits;
use crate::time::{MICROS_PER_SECOND, Timestamp};

const MINUTES_PER_DAY: u16 = 24 * 60;
const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// A stretch of a day, in minutes since midnight: from the first up to but not including the second.
type Stretch = (u16, u16);

/// When a clock runs: stretches of each weekday, in a time zone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Written", into = "Written")]
pub struct Hours {
    zone: TimeZone,
    /// From Monday; the stretches of a day in order, none touching another.
    week: [Vec<Stretch>; 7],
}

/// How hours are written: `{"time_zone": "Europe/Berlin", "week": {"mon": [["09:00", "17:00"]]}}`.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    time_zone: String,
    week: Week,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Week {
    mon: Vec<[String; 2]>,
    tue: Vec<[String; 2]>,
    wed: Vec<[String; 2]>,
    thu: Vec<[String; 2]>,
    fri: Vec<[String; 2]>,
    sat: Vec<[String; 2]>,
    sun: Vec<[String; 2]>,
}

impl TryFrom<Written> for Hours {
    type Error = String;

    fn try_from(written: Written) -> Result<Self, String> {
        let zone = TimeZone::get(&written.time_zone)
            .map_err(|_| format!("{:?} is no time zone of the IANA database", shortened(&written.time_zone)))?;
        let Week { mon, tue, wed, thu, fri, sat, sun } = written.week;
        let mut week: [Vec<Stretch>; 7] = Default::default();
        for ((day, texts), name) in week.iter_mut().zip([mon, tue, wed, thu, fri, sat, sun]).zip(DAYS) {
            *day = stretches(&texts).map_err(|problem| format!("{name}: {problem}"))?;
        }
        let open: i64 = week.iter().flatten().map(|(from, to)| i64::from(to - from)).sum();
        if open < limits::BUSINESS_MINUTES_A_WEEK_MIN {
            return Err(format!("less than {} minutes a week", limits::BUSINESS_MINUTES_A_WEEK_MIN));
        }
        Ok(Hours { zone, week })
    }
}

impl From<Hours> for Written {
    fn from(hours: Hours) -> Self {
        let time_zone = hours.zone.iana_name().unwrap_or("UTC").to_owned();
        let [mon, tue, wed, thu, fri, sat, sun] = hours.week.map(|day| {
            let written = |minute: u16| format!("{:02}:{:02}", minute / 60, minute % 60);
            day.into_iter().map(|(from, to)| [written(from), written(to)]).collect()
        });
        Written { time_zone, week: Week { mon, tue, wed, thu, fri, sat, sun } }
    }
}

/// Names go back to whoever sent them; none goes back at any length.
fn shortened(text: &str) -> String {
    text.chars().take(limits::TIME_ZONE_CHARS_MAX).collect()
}

fn stretches(texts: &[[String; 2]]) -> Result<Vec<Stretch>, String> {
    if texts.len() > limits::BUSINESS_STRETCHES_A_DAY_MAX {
        return Err(format!("more than {} stretches", limits::BUSINESS_STRETCHES_A_DAY_MAX));
    }
    let mut stretches = Vec::with_capacity(texts.len());
    for [from, to] in texts {
        let from = minute(from).ok_or("a time is HH:MM, from 00:00 to 24:00")?;
        let to = minute(to).ok_or("a time is HH:MM, from 00:00 to 24:00")?;
        if from >= to {
            return Err("a stretch ends after it begins; one over midnight is two".to_owned());
        }
        stretches.push((from, to));
    }
    stretches.sort_unstable();
    if stretches.windows(2).any(|pair| matches!(pair, [(_, to), (from, _)] if from <= to)) {
        return Err("stretches touch each other".to_owned());
    }
    Ok(stretches)
}

fn minute(text: &str) -> Option<u16> {
    let (hour, minute) = text.split_once(':')?;
    let digits = |part: &str| part.len() == 2 && part.bytes().all(|c| c.is_ascii_digit());
    if !digits(hour) || !digits(minute) {
        return None;
    }
    let (hour, minute) = (hour.parse::<u16>().ok()?, minute.parse::<u16>().ok()?);
    let of_day = hour * 60 + minute;
    (minute < 60 && of_day <= MINUTES_PER_DAY).then_some(of_day)
}

impl Hours {
    /// Reads hours from JSON.
    ///
    /// # Errors
    /// What is wrong, for whoever wrote it.
    pub fn parse(text: &str) -> Result<Self, String> {
        serde_json::from_str(text).map_err(|error| error.to_string())
    }

    /// The instant at which the clock, running from `from`, has run for `micros`. Not before `from`; the end of
    /// the calendar when there is none.
    pub fn after(&self, from: Timestamp, micros: i64) -> Timestamp {
        let mut left = micros.max(0);
        for (opens, closes) in self.stretches_from(from) {
            let opens = opens.max(from);
            let length = closes.micros_since(opens);
            // The end of a stretch belongs to it: what ends with the day ends then, not the next morning.
            if left <= length {
                return opens.plus_micros(left);
            }
            left -= length;
        }
        Timestamp::MAX
    }

    /// For how long the clock runs from `from` to `to`, in microseconds.
    pub fn between(&self, from: Timestamp, to: Timestamp) -> i64 {
        self.stretches_from(from)
            .take_while(|(opens, _)| *opens < to)
            .map(|(opens, closes)| closes.min(to).micros_since(opens.max(from)).max(0))
            .sum()
    }

    /// The stretches that end after `from`, in order, as far as clocks run.
    fn stretches_from(&self, from: Timestamp) -> impl Iterator<Item = (Timestamp, Timestamp)> + '_ {
        let first = self.local(from).map(|at| at.date());
        let dates = std::iter::successors(first, |date| date.tomorrow().ok());
        dates
            .take(limits::BUSINESS_DAYS_AHEAD_MAX)
            .flat_map(move |date| {
                let day = usize::try_from(date.weekday().to_monday_zero_offset()).unwrap_or_default();
                let of_day = self.week.get(day).map_or(&[][..], Vec::as_slice);
                of_day.iter().filter_map(move |(opens, closes)| Some((self.at(date, *opens)?, self.at(date, *closes)?)))
            })
            .filter(move |(opens, closes)| *closes > from && closes > opens)
    }

    fn local(&self, at: Timestamp) -> Option<DateTime> {
        let at = jiff::Timestamp::from_microsecond(at.as_micros()).ok()?;
        Some(self.zone.to_datetime(at))
    }

    /// When a minute of a day begins. One that a change of the clocks leaves out begins when it would have, one
    /// that comes twice begins the first time.
    fn at(&self, date: Date, minute: u16) -> Option<Timestamp> {
        let (date, minute) = if minute == MINUTES_PER_DAY { (date.tomorrow().ok()?, 0) } else { (date, minute) };
        let time = Time::new(i8::try_from(minute / 60).ok()?, i8::try_from(minute % 60).ok()?, 0, 0).ok()?;
        let at = self.zone.to_ambiguous_timestamp(date.to_datetime(time)).compatible().ok()?;
        Some(Timestamp::from_micros(at.as_microsecond()))
    }

    /// Whether the clock runs all week.
    pub fn is_always(&self) -> bool {
        self.week.iter().all(|day| day.as_slice() == [(0, MINUTES_PER_DAY)])
    }
}

/// Seconds in microseconds; as many as there are, at most.
pub(crate) const fn micros(seconds: i64) -> i64 {
    seconds.saturating_mul(MICROS_PER_SECOND)
}

#[cfg(test)]
mod tests;
