//! The driver against services that only take notes.
#![allow(clippy::unwrap_used, reason = "in a test a failed step is a failed test")]

mod notes;

use demo::{Channels, Driven, Error, Plan, Progress, Settings, Step, drive};
use kernel::Date;
use notes::{Notes, serve};
use reference::Reference;
use std::{collections::HashSet, sync::Arc};

fn plan() -> Arc<Plan> {
    let settings = Settings { seed: 11, scale: "0.01".parse().unwrap() };
    Arc::new(Plan::new(settings, Arc::new(Reference::embedded().unwrap())).unwrap())
}

async fn told(notes: &Notes, plan: &Arc<Plan>) -> Result<Driven, Error> {
    drive(Channels::to_one(serve(notes).await), Arc::clone(plan), |_| {}).await
}

#[tokio::test]
async fn every_request_is_sent_once_on_its_day_and_a_second_run_changes_nothing() {
    let (plan, notes) = (plan(), Notes::default());
    let channels = Channels::to_one(serve(&notes).await);
    let mut seen: Vec<Progress> = Vec::new();
    let first = drive(channels.clone(), Arc::clone(&plan), |now| seen.push(now)).await.unwrap();
    let requests = plan.size().requests();
    assert_eq!((first.requests, first.replayed), (requests, 0));
    assert!(first.positions.poverty > 0 && first.positions.rural > 0 && first.positions.funding > 0);
    let tokens = format!(
        "poverty={} rural={} funding={}",
        first.positions.poverty, first.positions.rural, first.positions.funding
    );
    assert_eq!(first.consistency_token, tokens);
    assert!(seen.is_sorted_by_key(|now| (now.today, now.requests_done)));
    assert_eq!(seen.last().map(|now| (now.requests_done, now.requests)), Some((requests, requests)));
    let recorded = notes.recorded();
    notes.read(|noted| {
        assert!(noted.problems.is_empty(), "{:?}", noted.problems);
        assert!(noted.days.is_sorted());
        let distinct: HashSet<&Date> = noted.days.iter().collect();
        assert!(distinct.len() > 150, "the history is told day by day: {}", distinct.len());
        assert!(noted.calls_most <= 32, "{} calls were in flight", noted.calls_most);
        assert_eq!(noted.told_now, 4, "each service is told that the telling has ended");
    });
    let second = drive(channels, plan, |_| {}).await.unwrap();
    assert_eq!((second.requests, second.replayed), (requests, requests));
    assert_eq!((second.positions, second.consistency_token), (first.positions, first.consistency_token));
    assert_eq!(notes.recorded(), recorded);
}

#[tokio::test]
async fn what_criteria_and_money_read_of_poverty_covers_all_that_was_told_before() {
    let (plan, notes) = (plan(), Notes::default());
    told(&notes, &plan).await.unwrap();
    notes.read(|noted| {
        assert!(noted.seen_of_poverty.len() > 10);
        for (seen, known) in &noted.seen_of_poverty {
            assert_eq!(seen, &format!("poverty={known}"));
        }
    });
}

#[tokio::test]
async fn corrections_and_reversals_name_what_services_recorded() {
    let (plan, notes) = (plan(), Notes::default());
    told(&notes, &plan).await.unwrap();
    let corrected = plan.script().map(|step| match step.unwrap() {
        Step::Observe(observations) => observations.iter().filter(|one| one.corrects.is_some()).count(),
        _ => 0,
    });
    let corrected: usize = corrected.sum();
    notes.read(|noted| {
        assert_eq!(noted.corrected.len(), corrected);
        assert_eq!((noted.reversed.len(), noted.settled.len()), (1, 2));
    });
}

#[tokio::test]
async fn a_hand_over_is_repeated_until_nothing_remains() {
    let (plan, notes) = (plan(), Notes::default());
    notes.write(|noted| noted.hand_over_in = 3);
    let driven = told(&notes, &plan).await.unwrap();
    assert_eq!(driven.requests, plan.size().requests(), "each hand-over counts once");
    notes.read(|noted| {
        assert!(!noted.handed_over.is_empty());
        assert!(noted.handed_over.values().all(|times| *times == 3), "{:?}", noted.handed_over);
    });
}

#[tokio::test]
async fn a_refusal_ends_the_telling_with_its_reason_and_subject() {
    let plan = plan();
    let assessed = plan.script().find_map(|step| match step.unwrap() {
        Step::Assess(mut requests) => requests.pop(),
        _ => None,
    });
    let assessed = assessed.unwrap();
    let notes = Notes::default();
    notes.write(|noted| noted.refuse = assessed.header.map(|header| header.request_id));
    let error = told(&notes, &plan).await.unwrap_err();
    assert!(
        matches!(&error, Error::Refused { rpc: "BatchRecordAssessments", subject, reason, .. }
            if *subject == assessed.household && reason == "UNKNOWN_AREA"),
        "{error}"
    );
    assert!(notes.recorded() < plan.size().requests());
}

#[tokio::test]
async fn what_a_service_was_away_for_is_sent_again_and_takes_effect_once() {
    let (plan, notes) = (plan(), Notes::default());
    notes.write(|noted| noted.away_every = 2500);
    let driven = told(&notes, &plan).await.unwrap();
    assert_eq!(driven.requests, plan.size().requests());
    notes.read(|noted| {
        assert_eq!(noted.recorded.len() as u64, plan.size().requests(), "each took effect once");
        assert!(!noted.turned_away.is_empty());
    });
}

#[tokio::test]
async fn a_failed_single_call_names_its_method() {
    let plan = plan();
    for (rpc, wanted) in [
        (
            "ChangeMembers",
            plan.script().find_map(|step| match step.unwrap() {
                Step::ChangeMembers(request) => request.header,
                _ => None,
            }),
        ),
        (
            "RegisterOwner",
            plan.script().find_map(|step| match step.unwrap() {
                Step::RegisterOwner(request) => request.header,
                _ => None,
            }),
        ),
        (
            "RevokeTitle",
            plan.script().find_map(|step| match step.unwrap() {
                Step::Revoke(request) => request.header,
                _ => None,
            }),
        ),
    ] {
        let notes = Notes::default();
        notes.write(|noted| noted.refuse = wanted.map(|header| header.request_id));
        let error = told(&notes, &plan).await.unwrap_err();
        assert!(matches!(&error, Error::Call { rpc: failed, .. } if *failed == rpc), "{error}");
    }
}
