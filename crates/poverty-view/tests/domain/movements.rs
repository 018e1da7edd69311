//! Section 7 of the registry's rule book, movement by movement.

use crate::story::{MUONG_MIT, PHUC_THAN, Story, day, leaf};
use poverty_view::domain::{Class, ClassFlow, Flow, Measure, TrackedClass};

const START: &str = "2021-01-01";
const END: &str = "2031-12-31";

fn poor(flow: ClassFlow) -> Measure {
    Measure::Flow(Flow::Of(TrackedClass::Poor, flow))
}

fn near_poor(flow: ClassFlow) -> Measure {
    Measure::Flow(Flow::Of(TrackedClass::NearPoor, flow))
}

/// Every flow of the story in the years 2022 to 2026.
fn flows(story: &Story) -> Vec<(Measure, i64, i64)> {
    let flows = Measure::ALL.into_iter().filter(|measure| matches!(measure, Measure::Flow(_)));
    flows
        .map(|measure| (measure, story.sum(measure, "2022-01-01", "2026-12-31")))
        .filter(|(_, sum)| *sum != (0, 0))
        .map(|(measure, (households, persons))| (measure, households, persons))
        .collect()
}

#[test]
fn a_household_on_no_list_that_becomes_poor_for_the_first_time_is_new() {
    let story = Story::registered("2022-03-01", &["03", "03", "03"]).assessed("2022-11-30", Class::Poor);
    assert_eq!(flows(&story), [(poor(ClassFlow::New), 1, 3)]);
    assert_eq!(story.sum(Measure::Poor, START, "2022-11-29"), (0, 0));
    assert_eq!(story.sum(Measure::Poor, START, "2022-11-30"), (1, 3));
}

#[test]
fn poor_to_near_poor_leaves_one_form_and_enters_the_other_and_is_an_exit() {
    let story = Story::registered("2022-03-01", &["03", "03"])
        .assessed("2022-11-30", Class::Poor)
        .assessed("2023-11-30", Class::NearPoor);
    assert_eq!(flows(&story), [(Measure::Flow(Flow::PoorToNear), 1, 2), (poor(ClassFlow::New), 1, 2)]);
    assert_eq!(story.sum(Measure::Poor, START, END), (0, 0));
    assert_eq!(story.sum(Measure::NearPoor, START, "2026-12-31"), (1, 2));
}

#[test]
fn a_household_that_left_the_class_before_relapses() {
    let story = Story::registered("2022-03-01", &["03"])
        .assessed("2022-11-30", Class::Poor)
        .assessed("2023-11-30", Class::NotPoor)
        .assessed("2024-11-30", Class::Poor);
    assert_eq!(
        flows(&story),
        [(poor(ClassFlow::ExitAbove), 1, 1), (poor(ClassFlow::Relapse), 1, 1), (poor(ClassFlow::New), 1, 1)]
    );
}

#[test]
fn relapse_is_asked_for_each_class_on_its_own() {
    let story = Story::registered("2022-03-01", &["03"])
        .assessed("2022-11-30", Class::Poor)
        .assessed("2023-11-30", Class::NotPoor)
        .assessed("2024-11-30", Class::NearPoor);
    assert_eq!(story.sum(near_poor(ClassFlow::New), START, END), (1, 1));
    assert_eq!(story.sum(near_poor(ClassFlow::Relapse), START, END), (0, 0));
}

#[test]
fn a_birth_or_death_in_a_poor_household_moves_persons_and_no_household() {
    let story = Story::registered("2022-03-01", &["03", "03"])
        .assessed("2022-11-30", Class::Poor)
        .members("2023-05-01", 2, &["03"], &[], 0)
        .members("2023-06-01", 3, &[], &[1], 0);
    assert_eq!(story.sum(poor(ClassFlow::OtherIn), START, END), (0, 1));
    assert_eq!(story.sum(poor(ClassFlow::OtherOut), START, END), (0, 1));
    assert_eq!(story.sum(Measure::Poor, START, "2023-05-31"), (1, 3));
    assert_eq!(story.sum(Measure::Poor, START, "2023-06-01"), (1, 2));
}

#[test]
fn a_birth_and_a_death_on_one_day_are_both_told() {
    let story = Story::registered("2022-03-01", &["03", "03"]).assessed("2022-11-30", Class::Poor).members(
        "2023-05-01",
        2,
        &["03"],
        &[1],
        0,
    );
    assert_eq!(story.sum(poor(ClassFlow::OtherIn), START, END), (0, 1));
    assert_eq!(story.sum(poor(ClassFlow::OtherOut), START, END), (0, 1));
}

#[test]
fn a_class_changes_with_the_head_count_of_that_day() {
    let story = Story::registered("2022-03-01", &["03", "03"])
        .assessed("2022-11-30", Class::Poor)
        .members("2023-11-30", 2, &["03"], &[], 0)
        .assessed("2023-11-30", Class::NotPoor);
    assert_eq!(story.sum(poor(ClassFlow::OtherIn), START, END), (0, 1), "members first");
    assert_eq!(
        story.sum(poor(ClassFlow::ExitAbove), START, END),
        (1, 3),
        "then the class, with the new member"
    );
}

#[test]
fn a_move_leaves_the_old_place_in_the_old_class_and_is_reclassified_in_the_new() {
    let story = Story::registered("2022-03-01", &["03", "03"])
        .assessed("2022-11-30", Class::Poor)
        .moved("2023-11-30", PHUC_THAN)
        .assessed("2023-11-30", Class::NearPoor);
    let facts = story.facts();
    let at = |place: &str, measure: Measure| {
        let facts = facts.iter().filter(|fact| fact.key.leaf == leaf(place) && fact.key.measure == measure);
        let year = facts.filter(|fact| fact.key.effective.date() == day("2023-11-30"));
        year.map(|fact| fact.amount.households).sum::<i64>()
    };
    assert_eq!(at(MUONG_MIT, poor(ClassFlow::OtherOut)), 1);
    assert_eq!(at(MUONG_MIT, Measure::Registered), -1);
    assert_eq!(at(PHUC_THAN, Measure::Registered), 1);
    assert_eq!(at(PHUC_THAN, poor(ClassFlow::OtherIn)), 1);
    assert_eq!(at(PHUC_THAN, Measure::Flow(Flow::PoorToNear)), 1);
    assert_eq!(at(PHUC_THAN, Measure::Poor), 0, "it came poor and left the class on the same day");
    assert_eq!(at(PHUC_THAN, Measure::NearPoor), 1);
}

#[test]
fn another_head_of_another_group_moves_the_household_between_groups_and_into_no_column() {
    let story = Story::registered("2022-03-01", &["03", "08"]).assessed("2022-11-30", Class::Poor).members(
        "2023-05-01",
        2,
        &[],
        &[],
        1,
    );
    assert_eq!(flows(&story), [(poor(ClassFlow::New), 1, 2)]);
    let by_group = |code: &str| {
        let group = code.parse().unwrap();
        let facts = story.facts().into_iter().filter(|fact| fact.key.measure == Measure::Poor);
        let facts = facts.filter(|fact| fact.key.effective.date() <= day("2026-12-31"));
        facts
            .filter(|fact| fact.key.ethnicity == group)
            .map(|fact| fact.amount)
            .fold((0, 0), |sum, amount| (sum.0 + amount.households, sum.1 + amount.persons))
    };
    assert_eq!((by_group("03"), by_group("08")), ((0, 1), (1, 1)));
}

#[test]
fn a_review_under_the_old_standard_says_nothing_under_the_new() {
    let story = Story::registered("2021-03-01", &["03", "03"]).assessed("2021-11-30", Class::Poor);
    assert_eq!(story.sum(Measure::Poor, START, "2021-12-31"), (1, 2));
    assert_eq!(story.sum(Measure::Poor, START, "2022-01-01"), (0, 0));
    assert_eq!(story.sum(Measure::Registered, START, "2022-01-01"), (1, 2));
    assert_eq!(flows(&story), [(poor(ClassFlow::StandardChange), -1, -2)]);
}

#[test]
fn a_review_on_the_first_day_of_a_standard_gives_the_start_of_the_year() {
    let story = Story::registered("2021-03-01", &["03"])
        .assessed("2021-11-30", Class::Poor)
        .assessed("2022-01-01", Class::NearPoor);
    assert_eq!(
        flows(&story),
        [(poor(ClassFlow::StandardChange), -1, -1), (near_poor(ClassFlow::StandardChange), 1, 1)]
    );
    let kept = Story::registered("2021-03-01", &["03"])
        .assessed("2021-11-30", Class::Poor)
        .assessed("2022-01-01", Class::Poor);
    assert_eq!(flows(&kept), []);
    assert_eq!(kept.sum(Measure::Poor, START, "2022-01-01"), (1, 1));
}

#[test]
fn what_a_standard_took_from_a_class_never_left_it() {
    let story = Story::registered("2021-03-01", &["03"])
        .assessed("2021-11-30", Class::Poor)
        .assessed("2022-11-30", Class::Poor);
    assert_eq!(story.sum(poor(ClassFlow::New), "2022-01-01", END), (1, 1));
    assert_eq!(story.sum(poor(ClassFlow::Relapse), START, END), (0, 0));
}

#[test]
fn a_review_holds_through_2026_and_no_longer() {
    let story = Story::registered("2022-03-01", &["03"]).assessed("2025-11-30", Class::Poor);
    assert_eq!(story.sum(Measure::Poor, START, "2026-12-31"), (1, 1));
    assert_eq!(story.sum(Measure::Poor, START, "2027-01-01"), (0, 0));
}

#[test]
fn of_two_reviews_for_one_day_the_later_recorded_counts() {
    let story = Story::registered("2022-03-01", &["03"])
        .assessed("2022-11-30", Class::Poor)
        .assessed("2022-11-30", Class::NotPoor);
    assert_eq!(story.sum(Measure::Poor, START, END), (0, 0));
    assert_eq!(story.sum(Measure::NotPoor, START, "2026-12-31"), (1, 1));
    assert_eq!(flows(&story), []);
}

#[test]
fn reviewed_and_not_poor_is_no_movement() {
    let story = Story::registered("2022-03-01", &["03"]).assessed("2022-11-30", Class::NotPoor);
    assert_eq!(flows(&story), []);
}
