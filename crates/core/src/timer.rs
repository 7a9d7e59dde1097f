//! Timer values: ISO 8601 durations as the API takes them (contract §6.2, §18 M3 and U6).

use crate::limits;
use crate::reason::Reason;

/// Which of a conversation's two timers is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum TimerKind {
    /// Moves a silent active conversation to inactive.
    Inactive,
    /// Moves a conversation to closed.
    Closed,
}

impl TimerKind {
    /// The name used in the store and in Dwell's own resources.
    pub const fn as_str(self) -> &'static str {
        match self {
            TimerKind::Inactive => "inactive",
            TimerKind::Closed => "closed",
        }
    }

    /// The inverse of [`Self::as_str`].
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "inactive" => Some(TimerKind::Inactive),
            "closed" => Some(TimerKind::Closed),
            _ => None,
        }
    }

    /// The shortest duration that this timer takes, in seconds (contract §6.2).
    pub const fn minimum_seconds(self) -> i64 {
        match self {
            TimerKind::Inactive => limits::INACTIVE_TIMER_SECONDS_MIN,
            TimerKind::Closed => limits::CLOSED_TIMER_SECONDS_MIN,
        }
    }

    const fn malformed(self) -> Reason {
        match self {
            TimerKind::Inactive => Reason::InactiveTimerInvalid,
            TimerKind::Closed => Reason::ClosedTimerInvalid,
        }
    }

    const fn too_short(self) -> Reason {
        match self {
            TimerKind::Inactive => Reason::InactiveTimerTooShort,
            TimerKind::Closed => Reason::ClosedTimerTooShort,
        }
    }
}

/// What a client asked of a timer: a duration in whole seconds, or zero, which disables it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TimerSetting {
    /// Any zero duration: the timer is off.
    Off,
    /// The timer runs for this many seconds.
    Seconds(i64),
}

impl TimerSetting {
    /// Reads the text of a timer parameter for `kind`.
    ///
    /// # Errors
    /// The malformed reason of `kind` (50379, 50380) for anything but an upper-case ISO 8601
    /// duration of whole days, hours, minutes and seconds, blank included; the too-short reason
    /// (50375, 50376) below the minimum.
    pub fn parse(kind: TimerKind, text: &str) -> Result<Self, Reason> {
        let seconds = iso_seconds(text).ok_or(kind.malformed())?;
        if seconds == 0 {
            Ok(TimerSetting::Off)
        } else if seconds < kind.minimum_seconds() {
            Err(kind.too_short())
        } else {
            Ok(TimerSetting::Seconds(seconds))
        }
    }

    /// The duration in seconds; `None` when the timer is off.
    pub const fn seconds(self) -> Option<i64> {
        match self {
            TimerSetting::Off => None,
            TimerSetting::Seconds(seconds) => Some(seconds),
        }
    }
}

/// Seconds of an ISO 8601 duration made of days, hours, minutes and seconds only (contract §6.2).
///
/// `None` for weeks, months, years, signs, fractions, lower case, blanks, and for more than
/// [`limits::TIMER_SECONDS_MAX`].
pub fn iso_seconds(text: &str) -> Option<i64> {
    if text.len() > limits::TIMER_TEXT_BYTES_MAX {
        return None;
    }
    // The span parser also takes signs, lower case, weeks, months and fractions.
    let plain = |c: u8| c.is_ascii_digit() || matches!(c, b'P' | b'T' | b'D' | b'H' | b'M' | b'S');
    if !text.bytes().all(plain) {
        return None;
    }
    let date_part = text.split('T').next().unwrap_or(text);
    if date_part.contains('M') {
        return None;
    }
    let span = jiff::fmt::temporal::SpanParser::new().parse_span(text).ok()?;
    let seconds = i64::from(span.get_days()) * 86_400
        + i64::from(span.get_hours()) * 3_600
        + span.get_minutes() * 60
        + span.get_seconds();
    (0..=limits::TIMER_SECONDS_MAX).contains(&seconds).then_some(seconds)
}

/// The canonical ISO 8601 text of a duration in seconds: `PT0S`, `P1DT2H`, `PT90S` as `PT1M30S`.
pub fn iso_text(seconds: i64) -> String {
    let (days, rest) = (seconds / 86_400, seconds % 86_400);
    let mut text = String::from("P");
    if days > 0 {
        text.push_str(&format!("{days}D"));
    }
    if rest > 0 || days == 0 {
        text.push('T');
    }
    for (amount, unit) in [(rest / 3_600, 'H'), (rest / 60 % 60, 'M'), (rest % 60, 'S')] {
        if amount > 0 || (unit == 'S' && seconds == 0) {
            text.push_str(&format!("{amount}{unit}"));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn accepts_days_hours_minutes_seconds() {
        for (text, seconds) in [
            ("PT1M", 60),
            ("PT60S", 60),
            ("PT10M", 600),
            ("P30D", 2_592_000),
            ("P365D", 31_536_000),
            ("PT60000S", 60_000),
            ("P1DT2H3M4S", 93_784),
            ("PT0S", 0),
            ("P0D", 0),
            ("PT0M", 0),
            ("PT0H0M0S", 0),
        ] {
            assert_eq!(iso_seconds(text), Some(seconds), "{text}");
        }
    }

    #[test]
    fn refuses_everything_else() {
        for text in [
            "",
            " ",
            "P",
            "PT",
            "1",
            "60",
            "P1M",
            "P1Y",
            "P0M",
            "P0Y",
            "P1W",
            "P0W",
            "PT1.5M",
            "PT0.5S",
            "PT1,5M",
            "-PT1M",
            "+PT1M",
            "PT-1M",
            "pt1m",
            "PT1m",
            "P1DT",
            "PT1M ",
            " PT1M",
            "PT1S1M",
            "PTM",
            "P1H",
            "T1M",
            "PT99999999999999999999S",
            "P99999999999D",
            "PT1M\0",
            "P٣D",
        ] {
            assert_eq!(iso_seconds(text), None, "{text:?}");
        }
        assert_eq!(iso_seconds(&format!("PT{}1S", "0".repeat(100))), None, "over-long text");
    }

    #[test]
    fn minima_and_zero() {
        use TimerKind::{Closed, Inactive};
        assert_eq!(TimerSetting::parse(Inactive, "PT60S"), Ok(TimerSetting::Seconds(60)));
        assert_eq!(TimerSetting::parse(Inactive, "PT59S"), Err(Reason::InactiveTimerTooShort));
        assert_eq!(TimerSetting::parse(Closed, "PT600S"), Ok(TimerSetting::Seconds(600)));
        assert_eq!(TimerSetting::parse(Closed, "PT5M30S"), Err(Reason::ClosedTimerTooShort));
        assert_eq!(TimerSetting::parse(Closed, "PT0S"), Ok(TimerSetting::Off));
        assert_eq!(TimerSetting::parse(Inactive, ""), Err(Reason::InactiveTimerInvalid));
        assert_eq!(TimerSetting::parse(Closed, ""), Err(Reason::ClosedTimerInvalid));
    }

    proptest! {
        #[test]
        fn canonical_text_reads_back(seconds in 0..=limits::TIMER_SECONDS_MAX) {
            prop_assert_eq!(iso_seconds(&iso_text(seconds)), Some(seconds));
        }

        #[test]
        fn never_panics(text in "\\PC{0,80}") {
            let _ = iso_seconds(&text);
        }
    }
}
