//! What is wrong with a request, where, and what to do: each fault has its own reason and changes nothing.

use crate::{
    messages::{
        KHOEN_ON, MUONG_MIT, acknowledgement, assessment, observation, official, recognition, region,
        revocation, share,
    },
    office::{Office, Refused, refused},
};
use api::rural::{
    AcknowledgeTitleRequest, AssessAreaRequest, BySex, DecideListingRequest, Fraction, ListKind,
    ObservedValue, Part, Parts, RecogniseTitleRequest, RecordObservationRequest, ResultState,
    RevokeTitleRequest, Tier, observed_value::Value, rural_criteria_server::RuralCriteria as _,
};
use tonic::{Code, Request};
use uuid::Uuid;

/// Expects the reason at the field, with a message for users that tells what to do.
#[track_caller]
fn says(refused: &Refused, code: Code, reason: &str, field: &str) {
    assert_eq!((refused.reason.as_str(), refused.code), (reason, code), "{}", refused.message);
    assert_eq!(refused.fields, [field], "{reason}");
    assert!(refused.message.contains("; "), "{reason} tells developers no remedy: {}", refused.message);
    assert!(
        refused.message_vi.to_lowercase().contains("vui lòng"),
        "{reason} tells users no remedy: {}",
        refused.message_vi
    );
    for text in [&refused.message, &refused.message_vi] {
        assert!(!text.contains("unknown") && !text.contains("không rõ"), "{reason} leaves a gap: {text}");
    }
}

fn with_value(value: Value) -> Option<ObservedValue> {
    Some(ObservedValue { value: Some(value) })
}

fn fraction(numerator: i64, denominator: i64) -> Option<Fraction> {
    Some(Fraction { numerator, denominator })
}

fn parts(named: &[(&str, i64, i64)]) -> Option<ObservedValue> {
    let part = |(name, n, d): &(&str, i64, i64)| Part { part: (*name).to_owned(), share: fraction(*n, *d) };
    with_value(Value::Parts(Parts { parts: named.iter().map(part).collect() }))
}

const INVALID: Code = Code::InvalidArgument;
const PRECONDITION: Code = Code::FailedPrecondition;

#[tokio::test]
async fn an_observation_is_refused_for_each_of_its_faults() {
    type Fault = fn(&mut RecordObservationRequest);
    let faults: &[(Code, &str, &str, Fault)] = &[
        (INVALID, "REQUEST_ID_MISSING", "header.request_id", |r| r.header = None),
        (INVALID, "FIELD_INVALID", "header.document", |r| {
            r.header.as_mut().unwrap().document = "x".repeat(301);
        }),
        (INVALID, "FIELD_MISSING", "area", |r| r.area.clear()),
        (INVALID, "FIELD_INVALID", "area", |r| r.area = "03618".into()),
        (INVALID, "UNKNOWN_AREA", "area", |r| r.area = "areas/03619@2025-07-01".into()),
        (INVALID, "AREA_NOT_IN_FORCE", "area", |r| r.area = "areas/03618@2025-07-01".into()),
        (INVALID, "AREA_KIND_MISMATCH", "area", |r| r.area = "areas/12@0001-01-01".into()),
        (INVALID, "FIELD_MISSING", "set", |r| r.set.clear()),
        (INVALID, "UNKNOWN_CRITERIA_SET", "set", |r| r.set = "x".into()),
        (INVALID, "FIELD_INVALID", "set", |r| r.set = "x\u{200b}".into()),
        (INVALID, "FIELD_MISSING", "indicator", |r| r.indicator.clear()),
        (INVALID, "UNKNOWN_CRITERION", "indicator", |r| r.indicator = "99".into()),
        (PRECONDITION, "DERIVED_INDICATOR", "indicator", |r| r.indicator = "11".into()),
        (INVALID, "FIELD_MISSING", "observed_on", |r| r.observed_on.clear()),
        (INVALID, "INVALID_DATE", "observed_on", |r| r.observed_on = "2022-02-29".into()),
        (INVALID, "FUTURE_DATE", "observed_on", |r| r.observed_on = "2026-11-24".into()),
        (INVALID, "DATE_IMPLAUSIBLE", "observed_on", |r| r.observed_on = "1022-06-01".into()),
        (INVALID, "FIELD_MISSING", "source", |r| r.source = "  ".into()),
        (INVALID, "FIELD_INVALID", "source", |r| r.source = "x".repeat(301)),
        (INVALID, "FIELD_MISSING", "value", |r| r.value = None),
        (INVALID, "FIELD_MISSING", "value", |r| r.value = Some(ObservedValue { value: None })),
        (INVALID, "VALUE_KIND_MISMATCH", "value", |r| r.value = with_value(Value::JudgedMet(true))),
        (INVALID, "VALUE_KIND_MISMATCH", "value", |r| {
            r.value = with_value(Value::NotApplicable("không có".into()));
        }),
        (INVALID, "DENOMINATOR_NOT_POSITIVE", "value.share.denominator", |r| {
            r.value = with_value(share(0, 0));
        }),
        (INVALID, "NUMERATOR_OUT_OF_RANGE", "value.share.numerator", |r| r.value = with_value(share(-1, 2))),
        (INVALID, "NUMERATOR_OUT_OF_RANGE", "value.share.numerator", |r| r.value = with_value(share(3, 2))),
        (INVALID, "FIELD_INVALID", "value.reported_percent", |r| {
            r.value = with_value(Value::ReportedPercent("87,5".into()));
        }),
        (INVALID, "FIELD_INVALID", "value.reported_percent", |r| {
            r.value = with_value(Value::ReportedPercent("100.1".into()));
        }),
        (INVALID, "FIELD_MISSING", "value.by_sex.women", |r| {
            r.value = with_value(Value::BySex(BySex { men: fraction(1, 2), women: None }));
        }),
        (INVALID, "DENOMINATOR_NOT_POSITIVE", "value.by_sex.men.denominator", |r| {
            r.value = with_value(Value::BySex(BySex { men: fraction(1, -2), women: fraction(1, 2) }));
        }),
        (INVALID, "NEGATIVE_SCORE", "value.mean.numerator", |r| {
            r.value = with_value(Value::Mean(Fraction { numerator: -1, denominator: 1 }));
        }),
        (INVALID, "DENOMINATOR_NOT_POSITIVE", "value.mean.denominator", |r| {
            r.value = with_value(Value::Mean(Fraction { numerator: 1, denominator: 0 }));
        }),
        (INVALID, "NEGATIVE_SCORE", "value.count", |r| r.value = with_value(Value::Count(-1))),
        (INVALID, "FIELD_MISSING", "value.not_applicable", |r| {
            r.value = with_value(Value::NotApplicable(" ".into()));
        }),
        (INVALID, "FIELD_MISSING", "value.parts.parts", |r| r.value = parts(&[])),
        (INVALID, "FIELD_INVALID", "value.parts.parts[1].part", |r| {
            r.indicator = "17.1".into();
            r.value = parts(&[("total", 1, 2), ("total", 1, 2)]);
        }),
        (INVALID, "NUMERATOR_OUT_OF_RANGE", "value.parts.parts[1].share.numerator", |r| {
            r.indicator = "17.1".into();
            r.value = parts(&[("total", 1, 2), ("centralised", 3, 2)]);
        }),
        (INVALID, "FIELD_INVALID", "value.parts", |r| {
            r.indicator = "17.1".into();
            r.value = parts(&[("river", 1, 2)]);
        }),
        (INVALID, "FIELD_INVALID", "corrects", |r| r.corrects = "observations/7".into()),
        (Code::NotFound, "OBSERVATION_NOT_FOUND", "corrects", |r| {
            r.corrects = format!("observations/{}", Uuid::new_v4());
        }),
    ];
    let office = Office::on_sqlite().await;
    for (code, reason, field, fault) in faults {
        let mut request = observation("5", "2022-06-01", share(1, 2));
        fault(&mut request);
        says(&refused(office.criteria.record_observation(Request::new(request)).await), *code, reason, field);
    }
    assert_eq!(office.log.head().await.unwrap(), 0, "nothing was written");

    let recorded =
        office.observe(observation("5", "2022-06-01", share(1, 2))).await.observation.unwrap().name;
    let mut elsewhere = observation("5", "2022-06-01", share(1, 2));
    elsewhere.corrects.clone_from(&recorded);
    elsewhere.area = MUONG_MIT.into();
    let other = refused(office.criteria.record_observation(Request::new(elsewhere)).await);
    says(&other, PRECONDITION, "OBSERVATION_OF_ANOTHER", "corrects");
}

#[tokio::test]
async fn an_assessment_is_refused_for_each_of_its_faults() {
    type Fault = fn(&mut AssessAreaRequest);
    let faults: &[(Code, &str, &str, Fault)] = &[
        (INVALID, "REQUEST_ID_INVALID", "header.request_id", |r| {
            r.header.as_mut().unwrap().request_id = "7".into();
        }),
        (INVALID, "FIELD_MISSING", "area", |r| r.area.clear()),
        (INVALID, "UNKNOWN_AREA", "area", |r| r.area = "areas/99999@0001-01-01".into()),
        (INVALID, "AREA_KIND_MISMATCH", "area", |r| r.area = "areas/03478@0001-01-01".into()),
        (INVALID, "AREA_NOT_IN_FORCE", "area", |r| r.area = KHOEN_ON.into()),
        (INVALID, "UNKNOWN_CRITERIA_SET", "set", |r| r.set = "x".into()),
        (PRECONDITION, "SET_HAS_NO_CRITERIA", "set", |r| r.set = "lai-chau-commune-2022".into()),
        (PRECONDITION, "SET_SUPERSEDED", "set", |r| {
            r.set = "test-kinds".into();
            r.assessed_on = "2024-01-01".into();
        }),
        (PRECONDITION, "SET_NOT_OPEN", "set", |r| {
            r.set = "test-kinds".into();
            r.assessed_on = "2020-06-01".into();
        }),
        (INVALID, "FIELD_MISSING", "assessed_year", |r| r.assessed_year = 0),
        (INVALID, "FIELD_INVALID", "assessed_year", |r| r.assessed_year = 40_000),
        (INVALID, "YEAR_OUTSIDE_SET", "assessed_year", |r| r.assessed_year = 2026),
        (INVALID, "SET_COLUMN_INVALID", "column", |r| r.column = "delta".into()),
        (INVALID, "SET_COLUMN_INVALID", "column", |r| r.set = "test-kinds".into()),
        (INVALID, "FUTURE_DATE", "assessed_on", |r| r.assessed_on = "2026-11-24".into()),
        (INVALID, "UNKNOWN_CRITERION", "official[0].of", |r| {
            r.official = vec![official("criteria/20", ResultState::Met)];
        }),
        (INVALID, "UNKNOWN_CRITERION", "official[1].of", |r| {
            r.official = vec![official("1", ResultState::Met), official("99.9", ResultState::Met)];
        }),
        (INVALID, "FIELD_INVALID", "official[0].of", |r| r.official = vec![official("5", ResultState::Met)]),
        (INVALID, "FIELD_INVALID", "official[0].of", |r| {
            r.official = vec![official("criteria/x", ResultState::Met)];
        }),
        (INVALID, "OFFICIAL_RESULT_REPEATED", "official[1].of", |r| {
            r.official = vec![official("1", ResultState::Met), official("criteria/1", ResultState::NotMet)];
        }),
        (INVALID, "FIELD_INVALID", "official[0].state", |r| {
            r.official = vec![official("1", ResultState::NoData)];
        }),
        (INVALID, "FIELD_MISSING", "official[0].state", |r| {
            r.official = vec![official("1", ResultState::Unspecified)];
        }),
        (INVALID, "FIELD_MISSING", "official[0].author", |r| {
            r.official = vec![official("1", ResultState::Met)];
            r.official[0].author.clear();
        }),
        (INVALID, "TOO_MANY_ITEMS", "official", |r| {
            r.official = vec![official("1", ResultState::Met); 501];
        }),
        (INVALID, "CONSISTENCY_TOKEN_INVALID", "consistency_token", |r| r.consistency_token = "?".into()),
    ];
    let office = Office::on_sqlite().await;
    for (code, reason, field, fault) in faults {
        let mut request = assessment("2022-12-15", 2022);
        fault(&mut request);
        says(&refused(office.criteria.assess_area(Request::new(request)).await), *code, reason, field);
    }
    assert_eq!(office.log.head().await.unwrap(), 0, "nothing was written");
}

#[tokio::test]
async fn a_superseded_set_names_the_version_in_use() {
    let office = Office::on_sqlite().await;
    let request =
        AssessAreaRequest { set: "test-kinds".into(), column: "1".into(), ..assessment("2024-06-01", 2023) };
    let superseded = refused(office.criteria.assess_area(Request::new(request)).await);
    assert_eq!(superseded.metadata["successor"], "test-kinds-2024");
    assert!(superseded.message_vi.contains("được thay thế bằng test-kinds-2024"));
}

#[tokio::test]
async fn a_recognition_is_refused_for_each_of_its_faults() {
    type Fault = fn(&mut RecogniseTitleRequest);
    let faults: &[(Code, &str, &str, Fault)] = &[
        (INVALID, "REQUEST_ID_MISSING", "header.request_id", |r| r.header = None),
        (INVALID, "UNKNOWN_AREA", "area", |r| r.area = "areas/99999@0001-01-01".into()),
        (INVALID, "AREA_KIND_MISMATCH", "area", |r| r.area = "areas/03478@0001-01-01".into()),
        (INVALID, "AREA_NOT_IN_FORCE", "area", |r| r.area = KHOEN_ON.into()),
        (INVALID, "FIELD_MISSING", "tier", |r| r.tier = 0),
        (INVALID, "FIELD_INVALID", "tier", |r| r.tier = 77),
        (INVALID, "TITLE_TIER_MISMATCH", "set", |r| r.tier = Tier::ModelCommune.into()),
        (PRECONDITION, "TITLE_NEEDED", "tier", |r| {
            r.tier = Tier::AdvancedCommune.into();
            r.set = "test-advanced".into();
        }),
        (INVALID, "UNKNOWN_CRITERIA_SET", "set", |r| r.set = "x".into()),
        (INVALID, "YEAR_OUTSIDE_SET", "assessed_year", |r| r.assessed_year = 2020),
        (INVALID, "INVALID_DATE", "effective_date", |r| r.effective_date = "2023-02-30".into()),
        (INVALID, "FUTURE_DATE", "effective_date", |r| r.effective_date = "2027-01-01".into()),
        (INVALID, "FIELD_MISSING", "decision", |r| r.decision = None),
        (INVALID, "FIELD_MISSING", "decision.number", |r| r.decision.as_mut().unwrap().number.clear()),
        (INVALID, "FIELD_MISSING", "decision.issuer", |r| r.decision.as_mut().unwrap().issuer.clear()),
        (INVALID, "FIELD_MISSING", "decision.signed_on", |r| r.decision.as_mut().unwrap().signed_on.clear()),
        (INVALID, "FUTURE_DATE", "decision.signed_on", |r| {
            r.decision.as_mut().unwrap().signed_on = "2027-01-01".into();
        }),
        (INVALID, "FIELD_INVALID", "decision.sha256", |r| r.decision.as_mut().unwrap().sha256 = "ABC".into()),
        (INVALID, "NUMERATOR_OUT_OF_RANGE", "votes.numerator", |r| r.votes = fraction(25, 24)),
        (INVALID, "DENOMINATOR_NOT_POSITIVE", "votes.denominator", |r| r.votes = fraction(0, 0)),
        (INVALID, "FIELD_INVALID", "assessment", |r| r.assessment = "x".into()),
        (Code::NotFound, "AREA_ASSESSMENT_NOT_FOUND", "assessment", |r| {
            r.assessment = format!("assessments/{}", Uuid::new_v4());
        }),
    ];
    let office = Office::on_sqlite().await;
    for (code, reason, field, fault) in faults {
        let mut request = recognition("2023-02-01");
        fault(&mut request);
        says(&refused(office.criteria.recognise_title(Request::new(request)).await), *code, reason, field);
    }
    assert_eq!(office.log.head().await.unwrap(), 0, "nothing was written");

    let other_year = office.assess(assessment("2023-12-15", 2023)).await.assessment.unwrap().name;
    let request = RecogniseTitleRequest { assessment: other_year, ..recognition("2023-02-01") };
    let other = refused(office.criteria.recognise_title(Request::new(request)).await);
    says(&other, PRECONDITION, "AREA_ASSESSMENT_OF_ANOTHER", "assessment");
    office.recognise(recognition("2023-02-01")).await;
    let second = refused(office.criteria.recognise_title(Request::new(recognition("2024-02-01"))).await);
    says(&second, Code::AlreadyExists, "TITLE_HELD", "tier");
}

#[tokio::test]
async fn acknowledgements_and_revocations_are_refused_for_each_of_their_faults() {
    type Acknowledged = fn(&mut AcknowledgeTitleRequest);
    let faults: &[(Code, &str, &str, Acknowledged)] = &[
        (INVALID, "FIELD_MISSING", "area", |r| r.area.clear()),
        (INVALID, "FIELD_MISSING", "tier", |r| r.tier = 0),
        (INVALID, "AREA_NOT_IN_FORCE", "area", |r| r.effective_date = "2025-06-30".into()),
        (INVALID, "FIELD_MISSING", "decision", |r| r.decision = None),
        (INVALID, "AREA_KIND_MISMATCH", "area", |r| r.area = "areas/03388@2025-07-01".into()),
        (PRECONDITION, "NOT_A_MERGED_AREA", "area", |r| {
            r.area = MUONG_MIT.into();
            r.effective_date = "2024-09-01".into();
        }),
    ];
    let office = Office::on_sqlite().await;
    for (code, reason, field, fault) in faults {
        let mut request = acknowledgement(Tier::CommuneTitle, "2025-09-01");
        fault(&mut request);
        says(&refused(office.criteria.acknowledge_title(Request::new(request)).await), *code, reason, field);
    }
    type Revoked = fn(&mut RevokeTitleRequest);
    let faults: &[(Code, &str, &str, Revoked)] = &[
        (INVALID, "FIELD_MISSING", "ground", |r| r.ground.clear()),
        (INVALID, "FIELD_INVALID", "criteria[1]", |r| r.criteria = vec![10, 10]),
        (INVALID, "FIELD_INVALID", "criteria[0]", |r| r.criteria = vec![0]),
        (INVALID, "TOO_MANY_ITEMS", "criteria", |r| r.criteria = vec![1; 101]),
        (INVALID, "UNKNOWN_CRITERION", "criteria[1]", |r| r.criteria = vec![10, 20]),
        (INVALID, "FIELD_INVALID", "tier", |r| r.tier = -1),
        (PRECONDITION, "TITLE_NOT_HELD", "tier", |r| r.effective_date = "2023-01-31".into()),
        (PRECONDITION, "TITLE_NOT_HELD", "tier", |r| r.area = MUONG_MIT.into()),
        (INVALID, "FUTURE_DATE", "effective_date", |r| r.effective_date = "2027-01-01".into()),
    ];
    office.recognise(recognition("2023-02-01")).await;
    for (code, reason, field, fault) in faults {
        let mut request = revocation("2024-02-01");
        fault(&mut request);
        says(&refused(office.criteria.revoke_title(Request::new(request)).await), *code, reason, field);
    }
    assert_eq!(office.log.head().await.unwrap(), 1, "nothing more was written");
}

#[tokio::test]
async fn a_listing_is_refused_for_each_of_its_faults() {
    type Fault = fn(&mut DecideListingRequest);
    let faults: &[(Code, &str, &str, Fault)] = &[
        (INVALID, "FIELD_MISSING", "list", |r| r.list = 0),
        (INVALID, "FIELD_INVALID", "list", |r| r.list = 9),
        (INVALID, "FIELD_INVALID", "entry", |r| r.entry = "IV".into()),
        (INVALID, "AREA_KIND_MISMATCH", "area", |r| r.list = ListKind::PoorDistrict.into()),
        (INVALID, "AREA_KIND_MISMATCH", "area", |r| r.area = "areas/110@0001-01-01".into()),
        (INVALID, "FIELD_MISSING", "decision", |r| r.decision = None),
        (INVALID, "FUTURE_DATE", "effective_date", |r| r.effective_date = "2027-01-01".into()),
        (PRECONDITION, "LISTING_UNCHANGED", "entry", |r| r.entry.clear()),
    ];
    let office = Office::on_sqlite().await;
    for (code, reason, field, fault) in faults {
        let mut request = region(MUONG_MIT, "III", "2021-06-04");
        fault(&mut request);
        says(&refused(office.criteria.decide_listing(Request::new(request)).await), *code, reason, field);
    }
    assert_eq!(office.log.head().await.unwrap(), 0, "nothing was written");
    office.decide_listing(region(MUONG_MIT, "III", "2021-06-04")).await;
    let same =
        refused(office.criteria.decide_listing(Request::new(region(MUONG_MIT, "III", "2022-01-01"))).await);
    says(&same, PRECONDITION, "LISTING_UNCHANGED", "entry");
}

#[tokio::test]
async fn all_faults_of_a_request_are_told_at_once() {
    let office = Office::on_sqlite().await;
    let request = RecogniseTitleRequest { header: None, ..Default::default() };
    let refused = refused(office.criteria.recognise_title(Request::new(request)).await);
    assert_eq!(
        refused.fields,
        ["header.request_id", "area", "tier", "set", "assessed_year", "effective_date", "decision"]
    );
}
