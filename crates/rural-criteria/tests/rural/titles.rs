//! Titles: recorded with their differences, never blocked by them.

use crate::{
    messages::{
        KHOEN_ON, MUONG_MIT, MUONG_THAN, PHUC_THAN, SIN_HO, acknowledgement, assessment, observation,
        official, recognition, region, revocation, share, standing,
    },
    office::{Office, refused},
};
use api::rural::{
    AcknowledgeTitleRequest, AssessAreaRequest, Fraction, ListKind, RecogniseTitleRequest, ResultState,
    RevokeTitleRequest, Tier, TitleOrigin, WriteTitleResponse, rural_criteria_server::RuralCriteria as _,
};
use tonic::{Code, Request};

fn differences(answer: &WriteTitleResponse) -> Vec<&str> {
    answer.differences.iter().map(|caveat| caveat.text.as_str()).collect()
}

#[tokio::test]
async fn a_recognition_is_recorded_with_what_speaks_against_it() {
    let office = Office::on_sqlite().await;
    let without = office.recognise(recognition("2023-02-01")).await;
    assert_eq!(
        differences(&without),
        [
            "no assessment under this set and year is recorded",
            "set vn-commune-2021-2025 has contents that are not verified or not loaded"
        ]
    );
    let title = without.title.unwrap();
    assert_eq!(
        (title.tier(), title.origin(), title.held),
        (Tier::CommuneTitle, TitleOrigin::Recognised, true)
    );
    assert_eq!((title.assessed_year, title.effective_date.as_str()), (2022, "2023-02-01"));
    assert_eq!(title.decision.unwrap().number, "801/QĐ-UBND");
    assert!(title.provisional[0].text.contains("not verified"), "the set is not");

    let mut observed = observation("1.1", "2022-06-01", share(79, 100));
    observed.set = "test-advanced".into();
    office.observe(observed).await;
    let assessed = AssessAreaRequest {
        set: "test-advanced".into(),
        official: vec![
            official("criteria/1", ResultState::BasicallyMet),
            official("indicators/1.1", ResultState::BasicallyMet),
        ],
        ..assessment("2023-06-01", 2022)
    };
    let assessed = office.assess(assessed).await.assessment.unwrap();
    let advanced = RecogniseTitleRequest {
        set: "test-advanced".into(),
        tier: Tier::AdvancedCommune.into(),
        assessment: assessed.name,
        votes: Some(Fraction { numerator: 24, denominator: 24 }),
        ..recognition("2023-08-25")
    };
    let answer = office.recognise(advanced).await;
    assert_eq!(
        differences(&answer),
        [
            "by the written rule 0 of 19 criteria are met: the set is not passed",
            "official and strict results differ in 1 criteria and 1 indicators"
        ],
        "the set itself is verified"
    );
    assert!(answer.differences.iter().all(|caveat| !caveat.text_vi.is_empty()));
}

#[tokio::test]
async fn a_second_recognition_of_one_status_is_refused_and_changes_nothing() {
    let office = Office::on_sqlite().await;
    office.recognise(recognition("2023-02-01")).await;
    let second = refused(office.criteria.recognise_title(Request::new(recognition("2024-02-01"))).await);
    assert_eq!((second.reason.as_str(), second.code), ("TITLE_HELD", Code::AlreadyExists));
    assert_eq!(second.fields, ["tier"]);
    assert_eq!((&*second.metadata["since"], &*second.metadata["decision"]), ("2023-02-01", "801/QĐ-UBND"));
    assert!(second.message_vi.contains("Xã Phúc Than đã có danh hiệu 'xã nông thôn mới' từ ngày 2023-02-01"));
    assert_eq!(office.log.head().await.unwrap(), 1);
}

#[tokio::test]
async fn a_recognised_commune_of_region_iii_leaves_it_on_the_same_day() {
    let office = Office::on_sqlite().await;
    office.decide_listing(region(PHUC_THAN, "III", "2021-06-04")).await;
    let mut looked_at = recognition("2023-02-01");
    looked_at.header.as_mut().unwrap().validate_only = true;
    let shown = office.recognise(looked_at).await;
    assert_eq!((shown.left.len(), shown.receipt), (1, None), "shown before it is recorded");
    let answer = office.recognise(recognition("2023-02-01")).await;
    let [left] = &answer.left[..] else { panic!("{:?}", answer.left) };
    assert_eq!(
        (left.list(), left.entry.as_str(), left.effective_date.as_str()),
        (ListKind::Region, "I", "2023-02-01")
    );
    assert_eq!(office.log.head().await.unwrap(), 3, "both in one request");
    let mut before = standing(PHUC_THAN);
    before.as_at = "2023-01-31".into();
    assert_eq!(office.standing(before).await.listings[0].entry, "III");
    assert_eq!(office.standing(standing(PHUC_THAN)).await.listings[0].entry, "I");
}

#[tokio::test]
async fn under_the_sets_of_2026_the_region_stays_and_the_reader_is_warned() {
    let office = Office::on_sqlite().await;
    let request = RecogniseTitleRequest {
        area: KHOEN_ON.into(),
        set: "vn-commune-2026-2030".into(),
        assessed_year: 2026,
        ..recognition("2026-09-01")
    };
    let answer = office.recognise(request).await;
    assert!(answer.left.is_empty());
    assert!(differences(&answer).iter().any(|text| text.starts_with("recognition may move the region")));
    let shown = office.standing(standing(KHOEN_ON)).await;
    assert_eq!(shown.listings[0].entry, "III", "as the packs say");
    assert!(shown.watch.contains("chưa có đánh giá"), "{}", shown.watch);
}

#[tokio::test]
async fn a_merged_commune_shows_the_lowest_title_of_its_parts_until_it_is_acknowledged() {
    let office = Office::on_sqlite().await;
    office.recognise(recognition("2023-02-01")).await;
    office.recognise(RecogniseTitleRequest { area: MUONG_MIT.into(), ..recognition("2024-02-01") }).await;
    let derived = office.standing(standing(MUONG_THAN)).await;
    let [title] = &derived.titles[..] else { panic!("{:?}", derived.titles) };
    assert_eq!((title.tier(), title.origin(), title.held), (Tier::CommuneTitle, TitleOrigin::Derived, true));
    assert_eq!((title.effective_date.as_str(), &title.decision), ("2025-07-01", &None));
    assert!(
        title.provisional[0].text.starts_with("derived from the lowest status"),
        "{:?}",
        title.provisional
    );
    assert!(derived.watch.contains("từ các đơn vị trước sáp nhập"), "{}", derived.watch);
    let undetermined = office.standing(standing(SIN_HO)).await;
    assert_eq!(undetermined.titles[0].origin(), TitleOrigin::Undetermined);
    assert!(!undetermined.titles[0].held && !undetermined.titles[0].provisional.is_empty());
    assert!(office.standing(standing(KHOEN_ON)).await.titles.is_empty(), "its parts hold none");

    let above = acknowledgement(Tier::AdvancedCommune, "2025-09-01");
    let mut above_only_looked_at = above;
    above_only_looked_at.header.as_mut().unwrap().validate_only = true;
    let shown = office.acknowledge(above_only_looked_at).await;
    assert_eq!(differences(&shown), ["above the lowest status of the merged parts (new rural commune)"]);

    let answer = office.acknowledge(acknowledgement(Tier::CommuneTitle, "2025-09-01")).await;
    assert!(answer.differences.is_empty());
    let after = office.standing(standing(MUONG_THAN)).await;
    assert_eq!(after.titles.len(), 1);
    assert_eq!(after.titles[0].origin(), TitleOrigin::Acknowledged);
    let not_merged = AcknowledgeTitleRequest {
        area: PHUC_THAN.into(),
        ..acknowledgement(Tier::CommuneTitle, "2024-09-01")
    };
    let refused = refused(office.criteria.acknowledge_title(Request::new(not_merged)).await);
    assert_eq!(
        (refused.reason.as_str(), refused.fields.as_slice()),
        ("NOT_A_MERGED_AREA", &["area".into()][..])
    );
}

#[tokio::test]
async fn a_revoked_title_stays_in_sight_with_its_decision_and_can_be_recognised_anew() {
    let office = Office::on_sqlite().await;
    office.recognise(recognition("2023-02-01")).await;
    let answer = office.revoke(revocation("2024-02-01")).await;
    let title = answer.title.unwrap();
    assert_eq!((title.origin(), title.held, title.assessed_year), (TitleOrigin::Recognised, false, 2022));
    assert_eq!(title.decision.as_ref().unwrap().number, "77/QĐ-UBND");
    assert_eq!(office.standing(standing(PHUC_THAN)).await.titles, [title]);
    let again = refused(office.criteria.revoke_title(Request::new(revocation("2024-03-01"))).await);
    assert_eq!(again.reason, "TITLE_NOT_HELD");
    assert!(again.metadata["recorded"].contains("+ 2023-02-01 801/QĐ-UBND, − 2024-02-01 77/QĐ-UBND"));
    office.recognise(recognition("2024-06-01")).await;
    let higher = RevokeTitleRequest { tier: Tier::AdvancedCommune.into(), ..revocation("2024-07-01") };
    let refused = refused(office.criteria.revoke_title(Request::new(higher)).await);
    assert_eq!((refused.reason.as_str(), &*refused.metadata["recorded"]), ("TITLE_NOT_HELD", "–"));
}
