//! Instants. The only representation of time inside Dwell: microseconds since the Unix epoch, UTC.

use std::fmt;

/// An instant in microseconds since 1970-01-01T00:00:00Z (UTC), always within the years that
/// RFC 3339 can print.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

/// Microseconds in one second.
pub const MICROS_PER_SECOND: i64 = 1_000_000;

impl Timestamp {
    /// The earliest instant: 0001-01-01T00:00:00Z.
    pub const MIN: Timestamp = Timestamp(-62_135_596_800 * MICROS_PER_SECOND);
    /// The latest instant: 9999-12-30T22:00:00Z, the end of what the calendar library can print.
    pub const MAX: Timestamp = Timestamp(253_402_207_200 * MICROS_PER_SECOND);
    /// The Unix epoch.
    pub const EPOCH: Timestamp = Timestamp(0);

    /// An instant from microseconds since the epoch; clamped to [`Self::MIN`]..=[`Self::MAX`].
    pub const fn from_micros(micros: i64) -> Self {
        if micros < Self::MIN.0 {
            Self::MIN
        } else if micros > Self::MAX.0 {
            Self::MAX
        } else {
            Timestamp(micros)
        }
    }

    /// An instant from whole seconds since the epoch; clamped like [`Self::from_micros`].
    pub const fn from_seconds(seconds: i64) -> Self {
        Self::from_micros(seconds.saturating_mul(MICROS_PER_SECOND))
    }

    /// Microseconds since the epoch.
    pub const fn as_micros(self) -> i64 {
        self.0
    }

    /// Milliseconds since the epoch, rounded down.
    pub const fn as_millis(self) -> i64 {
        self.0.div_euclid(1_000)
    }

    /// This instant moved by `seconds`; clamped at the ends of the calendar.
    #[must_use]
    pub const fn plus_seconds(self, seconds: i64) -> Self {
        self.plus_micros(seconds.saturating_mul(MICROS_PER_SECOND))
    }

    /// This instant moved by `micros`; clamped at the ends of the calendar.
    #[must_use]
    pub const fn plus_micros(self, micros: i64) -> Self {
        Self::from_micros(self.0.saturating_add(micros))
    }

    /// Microseconds from `earlier` to this instant; negative when `earlier` is later.
    pub const fn micros_since(self, earlier: Timestamp) -> i64 {
        self.0 - earlier.0
    }

    /// Reads an RFC 3339 / ISO 8601 instant with an offset, such as `2015-12-16T22:18:37Z`.
    /// `None` when the text is anything else.
    pub fn parse(text: &str) -> Option<Self> {
        let parsed: jiff::Timestamp = text.parse().ok()?;
        let micros = parsed.as_microsecond();
        (Self::MIN.0..=Self::MAX.0).contains(&micros).then_some(Timestamp(micros))
    }

    /// RFC 3339 in whole seconds, `2015-12-16T22:18:37Z`: the form of REST bodies (contract §1.5).
    pub fn to_rfc3339_seconds(self) -> String {
        self.format(Fraction::None)
    }

    /// RFC 3339 with milliseconds, `2021-08-10T18:00:58.111Z`: the form of webhooks (contract §1.5).
    pub fn to_rfc3339_millis(self) -> String {
        self.format(Fraction::Millis)
    }

    /// RFC 3339 with microseconds: the form of Dwell's own resources, exact to what is stored.
    pub fn to_rfc3339_micros(self) -> String {
        self.format(Fraction::Micros)
    }

    fn format(self, fraction: Fraction) -> String {
        let seconds = self.0.div_euclid(MICROS_PER_SECOND);
        let micros = self.0.rem_euclid(MICROS_PER_SECOND);
        let (year, month, day) = civil_from_days(seconds.div_euclid(86_400));
        let of_day = seconds.rem_euclid(86_400);
        let (h, m, s) = (of_day / 3_600, of_day / 60 % 60, of_day % 60);
        match fraction {
            Fraction::None => format!("{year:04}-{month:02}-{day:02}T{h:02}:{m:02}:{s:02}Z"),
            Fraction::Millis => {
                format!("{year:04}-{month:02}-{day:02}T{h:02}:{m:02}:{s:02}.{:03}Z", micros / 1_000)
            }
            Fraction::Micros => {
                format!("{year:04}-{month:02}-{day:02}T{h:02}:{m:02}:{s:02}.{micros:06}Z")
            }
        }
    }
}

enum Fraction {
    None,
    Millis,
    Micros,
}

/// Calendar date of a day count since the epoch, by the calendar library; a clamped [`Timestamp`]
/// is always in its range.
fn civil_from_days(days: i64) -> (i16, i8, i8) {
    let date = jiff::Timestamp::from_second(days * 86_400)
        .unwrap_or(jiff::Timestamp::UNIX_EPOCH)
        .to_zoned(jiff::tz::TimeZone::UTC)
        .date();
    (date.year(), date.month(), date.day())
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_rfc3339_micros())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prints_each_precision() {
        let t = Timestamp::from_micros(1_628_618_458_111_222);
        assert_eq!(t.to_rfc3339_seconds(), "2021-08-10T18:00:58Z");
        assert_eq!(t.to_rfc3339_millis(), "2021-08-10T18:00:58.111Z");
        assert_eq!(t.to_rfc3339_micros(), "2021-08-10T18:00:58.111222Z");
    }

    #[test]
    fn before_the_epoch_rounds_down() {
        assert_eq!(Timestamp::from_micros(-1).to_rfc3339_seconds(), "1969-12-31T23:59:59Z");
    }

    #[test]
    fn the_ends_of_the_calendar_print_and_clamp() {
        assert_eq!(Timestamp::MAX.to_rfc3339_seconds(), "9999-12-30T22:00:00Z");
        assert_eq!(Timestamp::MIN.to_rfc3339_seconds(), "0001-01-01T00:00:00Z");
        assert_eq!(Timestamp::MAX.plus_seconds(i64::MAX), Timestamp::MAX);
        assert_eq!(Timestamp::from_seconds(i64::MIN), Timestamp::MIN);
    }

    #[test]
    fn parses_offsets_and_refuses_the_rest() {
        let t = Timestamp::from_seconds(1_450_304_317);
        assert_eq!(Timestamp::parse("2015-12-16T22:18:37Z"), Some(t));
        assert_eq!(Timestamp::parse("2015-12-16T23:18:37+01:00"), Some(t));
        for bad in ["", "2015-12-16", "yesterday", "2015-12-16T22:18:37", "2015-13-16T22:18:37Z"] {
            assert_eq!(Timestamp::parse(bad), None, "{bad}");
        }
    }
}
