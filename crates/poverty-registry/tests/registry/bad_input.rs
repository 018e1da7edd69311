//! What is wrong with a request, where, and what to do: each fault has its own reason and changes nothing.

use crate::{
    messages::{
        PHUC_THAN, SAN_THANG, TEN_INDICATORS, answers, assessment, change, list, member, registration,
        relocation, search,
    },
    office::{Office, Refused, refused},
};
use api::poverty::{
    ChangeMembersRequest, GetHouseholdRequest, ListHouseholdsRequest, MoveHouseholdRequest,
    RecordAssessmentRequest, RegisterHouseholdRequest, SearchHouseholdsRequest,
    poverty_registry_server::PovertyRegistry as _, record_assessment_request::Income,
};
use tonic::{Code, Request};
use uuid::Uuid;

const SINCE: &str = "2024-09-01";
const LATER: &str = "2025-09-01";

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

#[tokio::test]
async fn a_registration_is_refused_for_each_of_its_faults() {
    type Fault = fn(&mut RegisterHouseholdRequest);
    let faults: &[(&str, &str, Fault)] = &[
        ("REQUEST_ID_MISSING", "header.request_id", |r| r.header = None),
        ("REQUEST_ID_INVALID", "header.request_id", |r| r.header.as_mut().unwrap().request_id = "7".into()),
        ("FIELD_INVALID", "header.document", |r| r.header.as_mut().unwrap().document = "x".repeat(301)),
        ("FIELD_INVALID", "header.document", |r| r.header.as_mut().unwrap().document = "15/QĐ\0".into()),
        ("FIELD_INVALID", "header.document", |r| {
            r.header.as_mut().unwrap().document = "15/\u{202e}QĐ".into();
        }),
        ("FIELD_MISSING", "effective_date", |r| r.effective_date.clear()),
        ("INVALID_DATE", "effective_date", |r| r.effective_date = "2025-02-29".into()),
        ("FUTURE_DATE", "effective_date", |r| r.effective_date = "2026-11-24".into()),
        ("DATE_IMPLAUSIBLE", "effective_date", |r| r.effective_date = "0204-09-01".into()),
        ("FIELD_MISSING", "commune_code", |r| r.commune_code.clear()),
        ("INVALID_AREA_CODE", "commune_code", |r| r.commune_code = "3618".into()),
        ("UNKNOWN_AREA", "commune_code", |r| r.commune_code = "99999".into()),
        ("AREA_NOT_IN_FORCE", "commune_code", |r| {
            r.commune_code = "03619".into();
            r.effective_date = "2025-07-01".into();
        }),
        ("NOT_A_COMMUNE", "commune_code", |r| r.commune_code = "110".into()),
        ("INVALID_AREA_CODE", "village_code", |r| r.village_code = "03618".into()),
        ("UNKNOWN_AREA", "village_code", |r| r.village_code = "03618-999".into()),
        ("VILLAGE_NOT_IN_COMMUNE", "village_code", |r| r.village_code = "03625-001".into()),
        ("FIELD_INVALID", "household_id", |r| r.household_id = "42".into()),
        ("FIELD_MISSING", "members", |r| r.members.clear()),
        ("NO_HEAD", "members", |r| r.members[0].head = false),
        ("TWO_HEADS", "members", |r| r.members[1].head = true),
        ("TOO_MANY_MEMBERS", "members", |r| {
            r.members.extend((0..49).map(|_| member("Lò Văn Thử", "03", false)));
        }),
        ("FIELD_INVALID", "members[1].member_id", |r| r.members[1].member_id = "42".into()),
        ("DUPLICATE_MEMBER", "members[1].member_id", |r| {
            let id = Uuid::new_v4().to_string();
            r.members.iter_mut().for_each(|member| member.member_id.clone_from(&id));
        }),
        ("NAME_MISSING", "members[1].full_name", |r| r.members[1].full_name = "  ".into()),
        ("NAME_TOO_LONG", "members[1].full_name", |r| r.members[1].full_name = "a".repeat(121)),
        ("NAME_UNREADABLE", "members[1].full_name", |r| r.members[1].full_name = "Lò\u{7}".into()),
        ("NAME_UNREADABLE", "members[1].full_name", |r| r.members[1].full_name = "\u{200b}".into()),
        ("BIRTH_DATE_INVALID", "members[1].birth_date", |r| r.members[1].birth_date = "29/02/1984".into()),
        ("BIRTH_DATE_INVALID", "members[1].birth_date", |r| r.members[1].birth_date = "2025-01-01".into()),
        ("FIELD_INVALID", "members[1].sex", |r| r.members[1].sex = 9),
        ("FIELD_MISSING", "members[1].ethnicity", |r| r.members[1].ethnicity.clear()),
        ("UNKNOWN_ETHNICITY", "members[1].ethnicity", |r| r.members[1].ethnicity = "99".into()),
    ];
    let office = Office::on_sqlite().await;
    for (reason, field, fault) in faults {
        let mut request = registration(PHUC_THAN, SINCE);
        fault(&mut request);
        let refused = refused(office.registry.register_household(Request::new(request)).await);
        says(&refused, Code::InvalidArgument, reason, field);
    }
    assert_eq!(office.log.head().await.unwrap(), 0, "nothing was written");
}

#[tokio::test]
async fn a_code_that_is_not_in_force_is_refused_with_what_it_named_and_when() {
    let office = Office::on_sqlite().await;
    let request = registration("03619", "2025-07-01");
    let refused = refused(office.registry.register_household(Request::new(request)).await);
    assert_eq!(refused.metadata["in_force"], "Xã Mường Than (… – 2025-06-30)");
}

#[tokio::test]
async fn all_unreadable_fields_are_told_at_once() {
    let office = Office::on_sqlite().await;
    let mut request = registration("3618", "01/09/2024");
    request.members[1].sex = 9;
    let refused = refused(office.registry.register_household(Request::new(request)).await);
    assert_eq!(refused.fields, ["effective_date", "commune_code", "members[1].sex"]);
}

#[tokio::test]
async fn an_assessment_is_refused_for_each_of_its_faults() {
    type Fault = fn(&mut RecordAssessmentRequest);
    let invalid = Code::InvalidArgument;
    let faults: &[(Code, &str, &str, Fault)] = &[
        (invalid, "FIELD_MISSING", "household", |r| r.household.clear()),
        (invalid, "FIELD_INVALID", "household", |r| r.household = "42".into()),
        (Code::NotFound, "HOUSEHOLD_NOT_FOUND", "household", |r| {
            r.household = format!("households/{}", Uuid::new_v4());
        }),
        (invalid, "ETAG_INVALID", "etag", |r| r.etag = "7".into()),
        (invalid, "FIELD_MISSING", "effective_date", |r| r.effective_date.clear()),
        (invalid, "DATE_BEFORE_REGISTRATION", "effective_date", |r| r.effective_date = "2024-08-31".into()),
        (invalid, "ASSESSMENT_TOO_FAR_AHEAD", "effective_date", |r| r.effective_date = "2026-12-25".into()),
        (Code::AlreadyExists, "ASSESSMENT_EXISTS", "effective_date", |r| {
            r.effective_date = "2024-12-14".into();
        }),
        (invalid, "NEGATIVE_SCORE", "b1_score", |r| r.income = Some(Income::B1Score(-1))),
        (invalid, "SCORE_OUT_OF_RANGE", "b1_score", |r| r.income = Some(Income::B1Score(1_001))),
        (invalid, "INCOME_KIND_MISMATCH", "b1_score", |r| r.income = None),
        (invalid, "INCOME_KIND_MISMATCH", "b1_score", |r| r.income = Some(Income::IncomePerPersonMonth(1))),
        (invalid, "UNKNOWN_INDICATOR", "answers[3].indicator", |r| {
            r.answers[3].indicator = "waste_treatment".into();
        }),
        (invalid, "UNKNOWN_INDICATOR", "answers[0].indicator", |r| r.answers = answers(&TEN_INDICATORS, 3)),
        (invalid, "DUPLICATE_ANSWER", "answers[5].indicator", |r| r.answers[5] = r.answers[1].clone()),
        (invalid, "MISSING_ANSWER", "answers", |r| r.answers.truncate(11)),
    ];
    let office = Office::on_sqlite().await;
    let household = office.register(registration(PHUC_THAN, SINCE)).await.household.unwrap().name;
    office.assess(assessment(&household, "2024-12-14", 140, 3)).await;
    for (code, reason, field, fault) in faults {
        let mut request = assessment(&household, LATER, 140, 3);
        fault(&mut request);
        let refused = refused(office.registry.record_assessment(Request::new(request)).await);
        says(&refused, *code, reason, field);
    }
    assert_eq!(office.log.head().await.unwrap(), 2, "nothing more was written");
}

#[tokio::test]
async fn income_is_refused_below_zero_and_beyond_reason() {
    let office = Office::on_sqlite().await;
    let household = office.register(registration(PHUC_THAN, "2020-01-01")).await.household.unwrap().name;
    for (income, reason) in [(-1, "NEGATIVE_SCORE"), (1_000_000_001, "SCORE_OUT_OF_RANGE")] {
        let request = RecordAssessmentRequest {
            income: Some(Income::IncomePerPersonMonth(income)),
            answers: answers(&TEN_INDICATORS, 3),
            ..assessment(&household, "2021-12-14", 0, 0)
        };
        let refused = refused(office.registry.record_assessment(Request::new(request)).await);
        says(&refused, Code::InvalidArgument, reason, "income_per_person_month");
    }
    let request = RecordAssessmentRequest {
        answers: answers(&TEN_INDICATORS, 3),
        ..assessment(&household, "2021-12-14", 140, 0)
    };
    let refused = refused(office.registry.record_assessment(Request::new(request)).await);
    says(&refused, Code::InvalidArgument, "INCOME_KIND_MISMATCH", "income_per_person_month");
}

#[tokio::test]
async fn a_change_of_members_is_refused_for_each_of_its_faults() {
    type Fault = fn(&mut ChangeMembersRequest, members: &[String]);
    let invalid = Code::InvalidArgument;
    let faults: &[(Code, &str, &str, Fault)] = &[
        (invalid, "NOTHING_TO_CHANGE", "add", |_, _| {}),
        (invalid, "DATE_BEFORE_REGISTRATION", "effective_date", |r, _| {
            r.effective_date = "2024-08-31".into();
        }),
        (invalid, "DATE_OUT_OF_ORDER", "effective_date", |r, _| r.effective_date = "2024-12-01".into()),
        (invalid, "FUTURE_DATE", "effective_date", |r, _| r.effective_date = "2026-11-24".into()),
        (invalid, "FIELD_INVALID", "remove[0]", |r, _| r.remove = vec!["42".into()]),
        (invalid, "UNKNOWN_MEMBER", "remove[0]", |r, _| r.remove = vec![Uuid::new_v4().to_string()]),
        (invalid, "UNKNOWN_MEMBER", "new_head", |r, _| r.new_head = Uuid::new_v4().to_string()),
        (invalid, "NO_HEAD", "new_head", |r, members| r.remove = vec![members[0].clone()]),
        (Code::FailedPrecondition, "LAST_MEMBER", "remove", |r, members| r.remove = members.to_vec()),
        (invalid, "TWO_HEADS", "add[0].head", |r, members| {
            r.add = vec![member("Lò Văn Thử", "03", true)];
            r.new_head.clone_from(&members[1]);
        }),
        (invalid, "DUPLICATE_MEMBER", "add[0].member_id", |r, members| {
            r.add = vec![member("Lò Văn Thử", "03", false)];
            r.add[0].member_id.clone_from(&members[1]);
        }),
        (invalid, "TOO_MANY_MEMBERS", "add", |r, _| {
            r.add = (0..49).map(|_| member("Lò Văn Thử", "03", false)).collect();
        }),
        (invalid, "NAME_MISSING", "add[0].full_name", |r, _| r.add = vec![member("", "03", false)]),
    ];
    let office = Office::on_sqlite().await;
    let household = office.register(registration(PHUC_THAN, SINCE)).await.household.unwrap();
    office.relocate(relocation(&household.name, SAN_THANG, "2025-01-01")).await;
    let members: Vec<String> = household.members.iter().map(|member| member.member_id.clone()).collect();
    for (code, reason, field, fault) in faults {
        let mut request = change(&household.name, LATER);
        fault(&mut request, &members);
        let refused = refused(office.registry.change_members(Request::new(request)).await);
        says(&refused, *code, reason, field);
    }
    assert_eq!(office.log.head().await.unwrap(), 2, "nothing more was written");
}

#[tokio::test]
async fn a_move_is_refused_for_each_of_its_faults() {
    type Fault = fn(&mut MoveHouseholdRequest);
    let faults: &[(Code, &str, &str, Fault)] = &[
        (Code::FailedPrecondition, "SAME_RESIDENCE", "commune_code", |r| r.commune_code = PHUC_THAN.into()),
        (Code::InvalidArgument, "AREA_NOT_IN_FORCE", "commune_code", |r| r.commune_code = "03619".into()),
        (Code::InvalidArgument, "DATE_BEFORE_REGISTRATION", "effective_date", |r| {
            r.effective_date = "2024-08-31".into();
        }),
    ];
    let office = Office::on_sqlite().await;
    let household = office.register(registration(PHUC_THAN, SINCE)).await.household.unwrap().name;
    for (code, reason, field, fault) in faults {
        let mut request = relocation(&household, "03408", LATER);
        fault(&mut request);
        let refused = refused(office.registry.move_household(Request::new(request)).await);
        says(&refused, *code, reason, field);
    }
    assert_eq!(office.log.head().await.unwrap(), 1, "nothing more was written");
}

#[tokio::test]
async fn reads_are_refused_for_each_of_their_faults() {
    let office = Office::on_sqlite().await;
    let invalid = Code::InvalidArgument;

    let get = |name: String| office.registry.get_household(Request::new(GetHouseholdRequest { name }));
    says(&refused(get(String::new()).await), invalid, "FIELD_MISSING", "name");
    says(&refused(get("households/42".into()).await), invalid, "FIELD_INVALID", "name");
    let unknown = refused(get(format!("households/{}", Uuid::new_v4())).await);
    says(&unknown, Code::NotFound, "HOUSEHOLD_NOT_FOUND", "household");

    let known = "areas/03618@2025-07-01";
    let lists: [(&str, &str, ListHouseholdsRequest); 8] = [
        ("FIELD_MISSING", "area", list("")),
        ("FIELD_INVALID", "area", list("03618")),
        ("UNKNOWN_AREA", "area", list("areas/03619@2025-07-01")),
        ("AREA_KIND_MISMATCH", "area", list("areas/110@0001-01-01")),
        ("FIELD_INVALID", "poverty_class", ListHouseholdsRequest { poverty_class: 9, ..list(known) }),
        ("PAGE_SIZE_INVALID", "page_size", ListHouseholdsRequest { page_size: -1, ..list(known) }),
        ("PAGE_TOKEN_INVALID", "page_token", ListHouseholdsRequest { page_token: "?".into(), ..list(known) }),
        (
            "CONSISTENCY_TOKEN_INVALID",
            "consistency_token",
            ListHouseholdsRequest { consistency_token: "?".into(), ..list(known) },
        ),
    ];
    for (reason, field, request) in lists {
        let refused = refused(office.registry.list_households(Request::new(request)).await);
        assert_eq!((refused.reason.as_str(), refused.fields.as_slice()), (reason, &[field.to_owned()][..]));
    }

    let searches: [(&str, &str, SearchHouseholdsRequest); 3] = [
        ("QUERY_TOO_SHORT", "query", search("L 7")),
        ("FIELD_INVALID", "query", search(&"lo".repeat(61))),
        (
            "UNKNOWN_AREA",
            "area",
            SearchHouseholdsRequest { area: "areas/99999@2025-07-01".into(), ..search("lò") },
        ),
    ];
    for (reason, field, request) in searches {
        let refused = refused(office.registry.search_households(Request::new(request)).await);
        assert_eq!((refused.reason.as_str(), refused.fields.as_slice()), (reason, &[field.to_owned()][..]));
    }
}
