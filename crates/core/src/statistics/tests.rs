use proptest::prelude::*;

use super::*;

const HOUR: i64 = 3_600;

fn hour(n: i64) -> Timestamp {
    Timestamp::from_seconds(n * HOUR)
}

fn moved(from: State, to: State) -> Figure {
    Figure::Transitions { from, to, cause: Cause::Timer }
}

#[test]
fn a_step_begins_where_its_hour_or_day_does() {
    for (text, seconds, expected) in [("hour", 7_199, 3_600), ("Day", 86_399, 0), ("day", -1, -86_400)] {
        let step = Step::parse(text).unwrap();
        assert_eq!(step.floor(Timestamp::from_seconds(seconds)), Timestamp::from_seconds(expected), "{text}");
    }
    assert_eq!(Step::parse("week"), None);
}

#[test]
fn figures_are_read_as_they_are_written() {
    let mut all = vec![Figure::Lateness, Figure::FirstReply, Figure::TimeActive, Figure::TimeToReturn];
    for from in State::ALL {
        for to in State::ALL {
            all.extend([Cause::Api, Cause::Timer, Cause::Event].map(|cause| Figure::Transitions { from, to, cause }));
        }
    }
    for figure in all {
        assert_eq!(Figure::parse(&figure.name()), Some(figure));
    }
    assert_eq!(Figure::parse("API active"), None);
}

#[test]
fn without_a_sample_nothing_is_known() {
    let mut spread = Spread::default();
    spread.tick();
    let tallies = Tallies::from([((hour(1), moved(State::Active, State::Closed)), spread)]);
    assert_eq!(states_at(&[hour(2)], &BTreeMap::new(), &tallies), []);
    let sample = StateCounts { active: 3, ..StateCounts::default() };
    let samples = BTreeMap::from([(hour(1), sample)]);
    let after = StateCounts { active: 2, closed: 1, ..StateCounts::default() };
    let known = states_at(&[hour(0), hour(1), hour(2), hour(9)], &samples, &tallies);
    assert_eq!(known, [(hour(1), sample), (hour(2), after), (hour(9), after)]);
}

proptest! {
    /// What is told of the past is what was, whenever samples were taken.
    #[test]
    fn the_past_is_told_as_it_was(
        steps in prop::collection::vec((0..3usize, 0..3usize, 1..40i64, any::<bool>()), 1..60),
    ) {
        let states = [State::Active, State::Inactive, State::Closed];
        let mut present = StateCounts { active: 100, inactive: 100, closed: 100 };
        let (mut samples, mut tallies) = (BTreeMap::from([(hour(0), present)]), Tallies::new());
        // How many there were at the beginning of each hour that something moved in.
        let mut truth = BTreeMap::new();
        let mut now = 0;
        for (from, to, later, is_sampled) in steps {
            now += later;
            truth.insert(hour(now), present);
            if is_sampled {
                samples.insert(hour(now), present);
            }
            if from != to {
                let figure = moved(states[from], states[to]);
                tallies.entry((hour(now), figure)).or_default().tick();
                present.add(states[from], -1);
                present.add(states[to], 1);
            }
        }
        truth.insert(hour(now + 1), present);
        let instants: Vec<_> = truth.keys().copied().collect();
        prop_assert_eq!(states_at(&instants, &samples, &tallies), truth.into_iter().collect::<Vec<_>>());
        let moved = tallies.iter().map(|((_, figure), spread)| (figure, spread));
        prop_assert_eq!(present.before(moved), samples[&hour(0)]);
    }
}
