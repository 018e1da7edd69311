//! The plan and its script: totals, order, codes and classes, without any server.
#![allow(clippy::unwrap_used, reason = "in a test a failed step is a failed test")]

use api::{
    poverty::{RecordAssessmentRequest, record_assessment_request::Income},
    types::CommandHeader,
};
use demo::{BATCH_MAX, CommuneSpread, Plan, Review, Settings, Step};
use kernel::{AreaCode, Date, Money, PovertyClass, Ratio, parse_date};
use reference::{AreaKind, IncomeMeasure, Reference};
use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

fn plan(scale: &str, seed: u64) -> Plan {
    let reference = Arc::new(Reference::embedded().unwrap());
    Plan::new(Settings { seed, scale: scale.parse().unwrap() }, reference).unwrap()
}

fn steps(plan: &Plan) -> impl Iterator<Item = Step> {
    plan.script().map(|step| step.unwrap())
}

/// `numerator / denominator` lies between the two rates.
fn assert_rate(what: &str, numerator: u64, denominator: u64, least: &str, most: &str) {
    let rate = Ratio::new(numerator.cast_signed(), denominator.cast_signed()).unwrap();
    let (least, most): (Ratio, Ratio) = (least.parse().unwrap(), most.parse().unwrap());
    assert!(least <= rate && rate <= most, "{what}: {} % is not between {least} and {most}", rate.percent(2));
}

#[test]
fn at_full_size_every_review_meets_its_totals_exactly() {
    let plan = plan("1", 2025);
    for review in Review::ALL {
        let (wanted, counted) = (plan.calibrated(review), plan.counted(review));
        assert_eq!(
            (counted.households, counted.poor, counted.near_poor),
            (wanted.households, wanted.poor, wanted.near_poor),
            "{review:?}"
        );
    }
    let end_2024 = plan.counted(Review::End2024);
    assert_eq!((end_2024.households, end_2024.poor, end_2024.near_poor), (107_700, 20_961, 10_053));
    let end_2025 = plan.counted(Review::End2025);
    assert_rate("poor at the end of 2025", end_2025.poor, end_2025.households, "0.157", "0.159");
    let persons = plan.counted(Review::End2022).persons;
    assert!(persons.abs_diff(484_146) < 2_500, "{persons} persons are not near 484,146");
}

#[test]
fn exits_relapses_and_new_poor_come_at_the_rates_of_the_calibration() {
    for seed in [1, 2, 2025] {
        let plan = plan("1", seed);
        assert_eq!(plan.movements().len(), 4);
        for (year, moved) in plan.movements().iter().enumerate() {
            let exits = moved.to_near_poor + moved.above;
            assert_rate("exits", exits, moved.poor_at_start, "0.21", "0.225");
            assert_rate("exits to near-poor", moved.to_near_poor, exits, "0.64", "0.69");
            assert_rate("new", moved.new, moved.poor_at_start, "0.01", "0.02");
            if year > 0 {
                assert_rate("relapses", moved.relapsed, exits, "0.03", "0.05");
            }
            let end = moved.poor_at_start - exits + moved.from_near_poor + moved.relapsed + moved.new;
            assert_eq!(end, plan.counted(moved.review).poor, "{:?}", moved.review);
        }
    }
}

#[test]
fn the_same_settings_tell_the_same_history_and_another_seed_another() {
    let hash = |seed| {
        let plan = plan("0.01", seed);
        (steps(&plan).collect::<Vec<_>>(), plan.villages_pack())
    };
    assert!(hash(7) == hash(7), "the same seed must repeat");
    assert!(hash(7) != hash(8), "another seed must differ");
}

#[test]
fn the_plan_knows_the_number_of_its_requests_in_advance() {
    let plan = plan("0.02", 3);
    let (mut count, mut requests) = (0, 0);
    for step in steps(&plan) {
        count += 1;
        requests += step.requests();
        assert!(step.requests() <= BATCH_MAX as u64);
        if let Step::Transfer(requests) | Step::Detail(requests) = &step {
            let transfers: usize = requests.iter().map(|request| request.transfers.len()).sum();
            assert!((1..=BATCH_MAX).contains(&transfers), "{transfers} transfers in one call");
        }
    }
    assert_eq!((count, requests), (plan.size().steps, plan.size().requests()));
}

#[test]
fn request_ids_are_never_used_twice() {
    let plan = plan("0.05", 3);
    let mut seen = HashSet::new();
    let mut requests = 0;
    for step in steps(&plan) {
        requests += step.requests();
        for id in request_ids(step) {
            assert!(seen.insert(id));
        }
    }
    assert_eq!(requests, plan.size().requests());
    // Hand-overs have ids to spare.
    assert!(seen.len() as u64 >= requests);
}

fn request_ids(step: Step) -> Vec<String> {
    fn of<T>(requests: Vec<T>, header: fn(T) -> Option<CommandHeader>) -> Vec<String> {
        requests.into_iter().map(|request| header(request).unwrap().request_id).collect()
    }
    match step {
        Step::SetToday(_) | Step::Wait => vec![],
        Step::Register(requests) => of(requests, |request| request.header),
        Step::Assess(requests) => of(requests, |request| request.header),
        Step::ChangeMembers(request) => of(vec![request], |request| request.header),
        Step::Move(request) => of(vec![request], |request| request.header),
        Step::Observe(requests) => of(requests, |observing| observing.request.header),
        Step::AssessAreas(requests) => of(requests, |request| request.header),
        Step::Recognise(request) => of(vec![request], |request| request.header),
        Step::Acknowledge(request) => of(vec![request], |request| request.header),
        Step::Revoke(request) => of(vec![request], |request| request.header),
        Step::List(request) => of(vec![request], |request| request.header),
        Step::RegisterOwner(request) => of(vec![request], |request| request.header),
        Step::NameSuccessor(request) => of(vec![request], |request| request.header),
        Step::RegisterItem(request) => of(vec![request], |request| request.header),
        Step::Transfer(requests) | Step::Detail(requests) => of(requests, |request| request.header),
        Step::Reverse(reversing) => of(vec![reversing], |reversing| reversing.request.header),
        Step::HandOver(requests) => of(requests, |request| request.header),
        Step::Settle(settling) => of(vec![settling], |settling| settling.request.header),
    }
}

/// What a registry would hold of a household.
#[derive(Default)]
struct Household {
    members: HashSet<String>,
    head: String,
    village: String,
    last_change: Option<Date>,
    found: HashMap<Date, PovertyClass>,
}

/// A registry's rules in small: days, codes, heads and classes.
struct Registry {
    reference: Reference,
    today: Date,
    households: HashMap<String, Household>,
}

impl Registry {
    /// The day is in order and the codes name units that exist on it; returns the day.
    fn place(&self, day: &str, commune: &str, village: &str) -> Date {
        let day = parse_date(day).unwrap();
        assert!(day <= self.today, "{day} lies after {}", self.today);
        let commune: AreaCode = commune.parse().unwrap();
        let areas = &self.reference.areas;
        let unit = areas.resolve(&commune, day).unwrap();
        let village = areas.resolve(&village.parse().unwrap(), day).unwrap();
        assert_eq!(areas.parent(&village.key, day).map(|parent| &parent.key), Some(&unit.key));
        day
    }

    fn change(&mut self, household: &str, day: &str) -> &mut Household {
        let day = parse_date(day).unwrap();
        assert!(day <= self.today);
        let household = self.households.get_mut(household.strip_prefix("households/").unwrap()).unwrap();
        assert!(household.last_change.is_none_or(|last| last <= day), "days must not go backwards");
        household.last_change = Some(day);
        household
    }

    fn take(&mut self, step: Step) {
        match step {
            Step::SetToday(day) => {
                assert!(day > self.today, "days must go forward");
                self.today = day;
            }
            Step::Register(requests) => {
                for request in requests {
                    let day =
                        self.place(&request.effective_date, &request.commune_code, &request.village_code);
                    let heads: Vec<_> = request.members.iter().filter(|member| member.head).collect();
                    assert_eq!(heads.len(), 1);
                    for member in &request.members {
                        let birth = &member.birth_date;
                        assert!(birth.len() == 4 || parse_date(birth).unwrap() <= day, "born on {birth}");
                        assert!(member.full_name.starts_with("Mẫu "), "names must be openly synthetic");
                        assert!(self.reference.ethnic_groups.get(&member.ethnicity).is_some());
                    }
                    let household = Household {
                        head: heads[0].member_id.clone(),
                        members: request.members.into_iter().map(|member| member.member_id).collect(),
                        village: request.village_code,
                        last_change: Some(day),
                        ..Household::default()
                    };
                    assert!(self.households.insert(request.household_id, household).is_none());
                }
            }
            Step::Assess(requests) => {
                for request in requests {
                    self.assess(&request);
                }
            }
            Step::ChangeMembers(request) => {
                let household = self.change(&request.household, &request.effective_date);
                for member in request.add {
                    assert!(household.members.insert(member.member_id));
                }
                for member in request.remove {
                    assert!(household.members.remove(&member));
                }
                if !request.new_head.is_empty() {
                    household.head = request.new_head;
                }
                assert!(
                    household.members.contains(&household.head),
                    "a household has a head who lives in it"
                );
            }
            Step::Move(request) => {
                self.place(&request.effective_date, &request.commune_code, &request.village_code);
                let household = self.change(&request.household, &request.effective_date);
                assert_ne!(household.village, request.village_code);
                household.village = request.village_code;
            }
            // Criteria and money have tests of their own.
            _ => {}
        }
    }

    fn assess(&mut self, request: &RecordAssessmentRequest) {
        let day = parse_date(&request.effective_date).unwrap();
        let a_month = std::time::Duration::from_secs(31 * 24 * 60 * 60);
        assert!(day <= self.today.saturating_add(a_month), "{day} lies too far after {}", self.today);
        let id = request.household.strip_prefix("households/").unwrap();
        let household = self.households.get_mut(id).unwrap();
        let areas = &self.reference.areas;
        let village = areas.resolve(&household.village.parse().unwrap(), day).unwrap();
        let commune = areas.parent(&village.key, day).unwrap();
        let standard = self.reference.standards.in_force(day).unwrap();
        let codes: Vec<_> = standard.indicators.iter().map(|indicator| indicator.code.as_str()).collect();
        let answered: Vec<_> = request.answers.iter().map(|answer| answer.indicator.as_str()).collect();
        assert_eq!(answered, codes);
        let income = match request.income.unwrap() {
            Income::B1Score(points) => IncomeMeasure::B1Score(points.try_into().unwrap()),
            Income::IncomePerPersonMonth(dong) => IncomeMeasure::IncomePerPersonMonth(Money::from_dong(dong)),
        };
        let deprivations = request.answers.iter().filter(|answer| answer.deprived).count();
        let found = standard.classify(commune.area_type().unwrap(), income, deprivations).unwrap();
        assert!(household.found.insert(day, found.class).is_none(), "one result for a day");
        assert!(request.header.as_ref().unwrap().document.contains("(tổng hợp)"));
    }
}

#[test]
fn the_script_keeps_a_registrys_rules_and_its_answers_give_the_planned_classes() {
    let plan = plan("0.05", 2025);
    let folder = tempfile::tempdir().unwrap();
    plan.write_villages_pack(folder.path()).unwrap();
    let reference = Reference::load(Some(folder.path())).unwrap();
    let mut registry = Registry { reference, today: kernel::date(2021, 1, 1), households: HashMap::new() };
    for step in steps(&plan) {
        registry.take(step);
    }
    for review in Review::ALL {
        let in_review = |day: &Date| match review {
            Review::Start2022 => *day == review.as_at(),
            _ => day.year() == review.as_at().year() && day.month() == 12,
        };
        let found = registry.households.values().flat_map(|household| &household.found);
        let classes: Vec<_> = found.filter(|(day, _)| in_review(day)).map(|(_, class)| *class).collect();
        let of = |wanted| classes.iter().filter(|class| **class == wanted).count() as u64;
        let counted = plan.counted(review);
        assert_eq!(
            (of(PovertyClass::Poor), of(PovertyClass::NearPoor), of(PovertyClass::NotPoor)),
            (counted.poor, counted.near_poor, counted.not_poor),
            "{review:?}"
        );
    }
    let persons: usize = registry.households.values().map(|household| household.members.len()).sum();
    assert_eq!(persons as u64, plan.counted(Review::End2025).persons);
}

#[test]
fn the_poor_are_nearly_all_minority_and_live_where_the_handbook_puts_them() {
    for seed in [1, 2, 2025] {
        assert_spread(&plan("1", seed).spread(Review::End2024));
    }
}

fn assert_spread(spread: &[CommuneSpread]) {
    let reference = Reference::embedded().unwrap();
    assert_eq!(spread.len(), 106);
    let sum = |part: fn(&CommuneSpread) -> u64| spread.iter().map(part).sum::<u64>();
    let households = sum(|commune| commune.households);
    assert_rate("minority share", sum(|commune| commune.minority), households, "0.85", "0.92");
    let (poor, poor_minority) = (sum(|commune| commune.poor), sum(|commune| commune.poor_minority));
    assert_rate("minority share of the poor", poor_minority, poor, "0.95", "0.999");
    let kind = |commune: &CommuneSpread| reference.areas.get(&commune.area).unwrap().kind;
    let urban = spread.iter().filter(|commune| kind(commune) != AreaKind::Commune);
    assert_rate("urban share", urban.map(|commune| commune.households).sum(), households, "0.17", "0.185");
    let rate = |commune: &CommuneSpread| {
        Ratio::new(commune.poor.cast_signed(), commune.households.cast_signed()).unwrap()
    };
    let worst = spread.iter().max_by_key(|commune| rate(commune)).unwrap();
    assert_rate("worst commune", worst.poor, worst.households, "0.52", "0.62");
    for ward in spread.iter().filter(|commune| kind(commune) == AreaKind::Ward) {
        assert_rate("ward", ward.poor, ward.households, "0", "0.02");
    }
}

#[test]
fn the_review_of_2025_is_decided_once_for_each_unit_of_the_new_map() {
    let plan = plan("0.05", 2025);
    let reference = Reference::embedded().unwrap();
    let (mut communes, mut decided) = (HashMap::new(), HashMap::new());
    for step in steps(&plan) {
        match step {
            Step::Register(requests) => {
                for request in requests {
                    let day = parse_date(&request.effective_date).unwrap();
                    let commune: AreaCode = request.commune_code.parse().unwrap();
                    let registered = reference.areas.resolve(&commune, day).unwrap();
                    let unit = reference.areas.rebase(&registered.key, kernel::date(2025, 12, 31)).unwrap();
                    communes.insert(format!("households/{}", request.household_id), unit.key.clone());
                }
            }
            Step::Move(request) => {
                communes.remove(&request.household);
            }
            Step::Assess(requests) => {
                for request in
                    requests.into_iter().filter(|request| request.effective_date.starts_with("2025"))
                {
                    let decision = (request.effective_date, request.header.unwrap().document);
                    if let Some(unit) = communes.get(&request.household) {
                        let first = decided.entry(unit.clone()).or_insert_with(|| decision.clone());
                        assert_eq!(*first, decision, "{unit}");
                    }
                }
            }
            _ => {}
        }
    }
    assert_eq!(decided.len(), 38);
}

#[test]
fn moves_recorded_after_the_merger_take_effect_on_both_sides_of_it() {
    let plan = plan("0.2", 2025);
    let merger = kernel::date(2025, 7, 1);
    let (mut today, mut before, mut after) = (merger, 0, 0);
    for step in steps(&plan) {
        match step {
            Step::SetToday(day) => today = day,
            Step::Move(request) if today.year() == 2025 && today.month() == 7 => {
                let effective = parse_date(&request.effective_date).unwrap();
                if effective < merger { before += 1 } else { after += 1 }
            }
            _ => {}
        }
    }
    assert!(before > 2 && after > 2, "{before} before, {after} after");
}

#[test]
fn some_results_of_every_review_are_known_only_in_february() {
    let plan = plan("0.5", 2025);
    for review in Review::ALL {
        let counted = plan.counted(review);
        let found = counted.poor + counted.near_poor + counted.not_poor;
        assert_rate("late", counted.late, found, "0.004", "0.009");
    }
}

#[test]
fn a_scale_that_cannot_be_filled_is_refused() {
    let reference = Arc::new(Reference::embedded().unwrap());
    for scale in ["0", "-1", "0.001", "3"] {
        let settings = Settings { seed: 1, scale: scale.parse().unwrap_or(Ratio::whole(-1)) };
        assert!(Plan::new(settings, Arc::clone(&reference)).is_err(), "scale {scale} must be refused");
    }
}

#[test]
fn every_allowed_scale_meets_its_totals() {
    for (scale, seed) in [("0.005", 1), ("0.01", 2), ("0.037", 3), ("0.1", 4)] {
        let plan = plan(scale, seed);
        for review in Review::ALL {
            let (wanted, counted) = (plan.calibrated(review), plan.counted(review));
            assert_eq!(
                (counted.poor, counted.near_poor),
                (wanted.poor, wanted.near_poor),
                "{scale} {review:?}"
            );
        }
    }
}
