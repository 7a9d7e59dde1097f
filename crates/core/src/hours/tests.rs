use super::*;
use proptest::prelude::*;

const BERLIN: &str = r#"{"time_zone": "Europe/Berlin", "week": {
    "mon": [["09:00", "12:00"], ["13:00", "17:00"]], "tue": [["09:00", "17:00"]], "wed": [["09:00", "17:00"]],
    "thu": [["09:00", "17:00"]], "fri": [["09:00", "17:00"]]}}"#;
const NIGHT: &str =
    r#"{"time_zone": "America/New_York", "week": {"sat": [["22:00", "24:00"]], "sun": [["00:00", "06:00"]]}}"#;
const ALWAYS: &str = r#"{"time_zone": "UTC", "week": {
    "mon": [["00:00", "24:00"]], "tue": [["00:00", "24:00"]], "wed": [["00:00", "24:00"]], "thu": [["00:00", "24:00"]],
    "fri": [["00:00", "24:00"]], "sat": [["00:00", "24:00"]], "sun": [["00:00", "24:00"]]}}"#;

fn hours(text: &str) -> Hours {
    Hours::parse(text).unwrap()
}

fn at(text: &str) -> Timestamp {
    Timestamp::parse(text).unwrap()
}

const MINUTE: i64 = 60 * MICROS_PER_SECOND;

#[test]
fn a_clock_runs_while_it_is_open() {
    // Berlin is an hour ahead of UTC in January; the 5th of 2026 is a Monday.
    for (from, minutes, until) in [
        ("2026-01-05T09:00:00Z", 30, "2026-01-05T09:30:00Z"),
        // Over lunch, over night, over the week-end.
        ("2026-01-05T10:50:00Z", 30, "2026-01-05T12:20:00Z"),
        ("2026-01-05T15:58:00Z", 5, "2026-01-06T08:03:00Z"),
        ("2026-01-09T15:58:00Z", 5, "2026-01-12T08:03:00Z"),
        // It begins when the office opens, and what ends with the day ends then.
        ("2026-01-04T12:00:00Z", 5, "2026-01-05T08:05:00Z"),
        ("2026-01-05T15:55:00Z", 5, "2026-01-05T16:00:00Z"),
        // A whole week of it.
        ("2026-01-05T08:00:00Z", 39 * 60, "2026-01-09T16:00:00Z"),
    ] {
        assert_eq!(hours(BERLIN).after(at(from), minutes * MINUTE), at(until), "{from} + {minutes}");
        assert_eq!(hours(BERLIN).between(at(from), at(until)), minutes * MINUTE, "{from} to {until}");
    }
}

#[test]
fn clocks_of_a_country_change_with_it() {
    // Summer time begins on 29 March 2026 in Berlin, so Monday opens an hour earlier in UTC.
    assert_eq!(hours(BERLIN).after(at("2026-03-27T15:59:00Z"), 2 * MINUTE), at("2026-03-30T07:01:00Z"));
    // New York leaves out the hour from two to three on 8 March: that night is an hour shorter.
    let night = hours(NIGHT);
    assert_eq!(night.between(at("2026-03-07T00:00:00Z"), at("2026-03-09T00:00:00Z")), 7 * 60 * MINUTE);
    assert_eq!(night.between(at("2026-03-14T00:00:00Z"), at("2026-03-16T00:00:00Z")), 8 * 60 * MINUTE);
}

#[test]
fn hours_that_say_nothing_sensible_are_refused() {
    for (text, problem) in [
        (r#"{}"#, "time_zone"),
        (r#"{"time_zone": "Mars/Olympus", "week": {"mon": [["09:00", "17:00"]]}}"#, "no time zone"),
        (r#"{"time_zone": "UTC", "week": {}}"#, "minutes a week"),
        (r#"{"time_zone": "UTC", "week": {"mon": [["09:00", "09:30"]]}}"#, "minutes a week"),
        (r#"{"time_zone": "UTC", "week": {"mon": [["17:00", "09:00"]]}}"#, "two"),
        (r#"{"time_zone": "UTC", "week": {"mon": [["09:00", "12:00"], ["11:00", "13:00"]]}}"#, "touch"),
        (r#"{"time_zone": "UTC", "week": {"mon": [["9:00", "17:00"]]}}"#, "HH:MM"),
        (r#"{"time_zone": "UTC", "week": {"mon": [["09:00", "24:01"]]}}"#, "HH:MM"),
        (r#"{"time_zone": "UTC", "week": {"mon": [["+9:00", "17:00"]]}}"#, "HH:MM"),
        (r#"{"time_zone": "UTC", "week": {"someday": [["09:00", "17:00"]]}}"#, "unknown field"),
        ("[]", "invalid"),
    ] {
        let refused = Hours::parse(text).unwrap_err();
        assert!(refused.contains(problem), "{text}: {refused}");
    }
}

#[test]
fn hours_are_written_as_they_are_read() {
    for text in [BERLIN, NIGHT, ALWAYS] {
        let read = hours(text);
        assert_eq!(hours(&serde_json::to_string(&read).unwrap()), read);
    }
    assert!(hours(ALWAYS).is_always() && !hours(BERLIN).is_always());
}

proptest! {
    #[test]
    fn what_runs_until_an_instant_is_what_was_asked_for(
        from in -2_000_000_000..4_000_000_000i64,
        seconds in 0..2_592_000i64,
        which in 0..3usize,
    ) {
        let hours = hours([BERLIN, NIGHT, ALWAYS][which]);
        let (from, micros) = (Timestamp::from_seconds(from), seconds * MICROS_PER_SECOND);
        let until = hours.after(from, micros);
        prop_assert!(until >= from);
        prop_assert_eq!(hours.between(from, until), micros);
        // In two steps as in one.
        let half = hours.after(from, micros / 2);
        prop_assert_eq!(hours.after(half, micros - micros / 2).max(until), until);
        if hours.is_always() {
            prop_assert_eq!(until, from.plus_micros(micros));
        }
    }

    #[test]
    fn no_text_panics(text in "\\PC{0,120}") {
        let _ = Hours::parse(&text);
    }
}
