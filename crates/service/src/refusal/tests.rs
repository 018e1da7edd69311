use super::*;
use std::collections::BTreeSet;
use tonic::{Code, Status};
use tonic_types::StatusExt;

#[test]
fn every_reason_is_there_once_with_vietnamese_english_and_remedy() {
    let mut seen = BTreeSet::new();
    for row in REASONS {
        let ReasonRow { reason, code, vi, en, remedy, .. } = *row;
        assert!(seen.insert(reason), "{reason} is there twice");
        assert!(reason.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_'), "{reason}");
        assert_ne!(*code, Code::Ok, "{reason}");
        assert!(
            !en.is_empty() && !en.ends_with('.') && !remedy.is_empty() && !remedy.ends_with('.'),
            "{reason}"
        );
        assert!(vi.ends_with('.') && !vi.is_ascii(), "{reason} speaks Vietnamese in whole sentences");
        assert!(!vi.contains('|') && !en.contains('|'), "{reason} stands in a Markdown table");
    }
}

#[test]
fn the_vietnamese_text_asks_for_nothing_that_the_english_one_does_not_know() {
    for row in REASONS {
        let english: BTreeSet<&str> = placeholders(row.en).chain(placeholders(row.remedy)).collect();
        for key in placeholders(row.vi) {
            // A value can have a form of its own in Vietnamese.
            let key = key.strip_suffix("_vi").unwrap_or(key);
            let known = english.contains(key) || matches!((row.reason, key), ("TIMED_OUT", "limit_ms"));
            assert!(known, "{} fills {{{key}}} only in Vietnamese", row.reason);
        }
    }
}

#[test]
fn trying_again_is_offered_only_where_the_cause_may_pass() {
    for row in REASONS.iter().filter(|row| row.retry_ms > 0) {
        assert!(
            matches!(row.code, Code::Unavailable | Code::ResourceExhausted | Code::Aborted),
            "{}",
            row.reason
        );
    }
    for row in REASONS.iter().filter(|row| row.code == Code::Unavailable) {
        assert!(row.retry_ms > 0, "{}", row.reason);
    }
}

#[test]
fn texts_are_filled_from_the_metadata() {
    let refusal = Refusal::new(&reason::UNKNOWN_AREA).with("area", "03999").at("commune_code");
    assert!(refusal.message().starts_with("no area has the code '03999'; give a code"), "{refusal}");
    assert!(refusal.message_vi().contains("mã '03999'"), "{}", refusal.message_vi());
    assert_eq!(refusal.violations()[0].field, "commune_code");
    assert_eq!(refusal.violations()[0].description, refusal.message());
}

#[test]
fn a_value_nobody_gave_is_shown_as_unknown_never_as_a_placeholder() {
    for row in REASONS {
        let refusal = Refusal::new(row);
        for text in [refusal.message(), refusal.message_vi()] {
            assert!(!text.contains(['{', '}']), "{text}");
        }
    }
}

#[test]
fn a_long_value_is_cut_between_characters() {
    let refusal = Refusal::new(&reason::UNKNOWN_AREA).with("area", "ệ".repeat(5_000));
    assert_eq!(
        refusal.metadata()["area"].chars().count(),
        81,
        "240 bytes of three each, and the sign of the cut"
    );
    assert!(refusal.metadata()["area"].ends_with('…'));
}

#[test]
fn a_status_carries_exactly_one_error_info_the_vietnamese_text_and_the_fields() {
    let refusal = Refusal::new(&reason::STALE_ETAG).with("current_etag", "abc").at("etag");
    let status = Status::from(refusal.clone());
    assert_eq!(status.code(), Code::Aborted);
    assert_eq!(status.message(), refusal.message());

    let details = status.get_error_details_vec();
    let error_infos =
        details.iter().filter(|detail| matches!(detail, tonic_types::ErrorDetail::ErrorInfo(_)));
    assert_eq!(error_infos.count(), 1);
    let details = status.get_error_details();
    let info = details.error_info().unwrap();
    assert_eq!(
        (&*info.reason, &*info.domain, &*info.metadata["current_etag"]),
        ("STALE_ETAG", "muctieu", "abc")
    );
    let localized = details.localized_message().unwrap();
    assert_eq!((&*localized.locale, &localized.message), ("vi", &refusal.message_vi()));
    assert_eq!(details.bad_request().unwrap().field_violations[0].field, "etag");
    assert!(details.retry_info().is_none());
}

#[test]
fn an_overload_says_when_to_try_again() {
    let status = Status::from(Refusal::new(&reason::OVERLOADED).with("what", "writes"));
    let delay = status.get_error_details().retry_info().unwrap().retry_delay;
    assert_eq!(delay, Some(std::time::Duration::from_secs(1)));
}

#[test]
fn several_refusals_become_one_that_names_all_fields() {
    let name = Refusal::new(&reason::NAME_MISSING).at("members[0].full_name");
    let date = Refusal::new(&reason::INVALID_DATE).with("value", "x").at("members[1].birth_date");
    let both = Refusal::all([name, date]).unwrap().under("requests[3]");
    assert_eq!(both.reason(), "NAME_MISSING");
    let fields: Vec<_> = both.violations().iter().map(|one| (one.field.as_str(), one.reason)).collect();
    assert_eq!(
        fields,
        [
            ("requests[3].members[0].full_name", "NAME_MISSING"),
            ("requests[3].members[1].birth_date", "INVALID_DATE")
        ]
    );
    assert_eq!(Refusal::all([]), None);
}

#[test]
fn details_stay_within_the_headers_that_common_clients_accept() {
    let wide = "ệ".repeat(1_000);
    let many = (0..500).map(|at| {
        Refusal::new(&reason::FIELD_INVALID)
            .with("field", format!("members[{at}].{wide}"))
            .with("value", &wide)
            .with("expected", &wide)
            .at(format!("members[{at}].birth_date"))
    });
    let status = Status::from(Refusal::all(many).unwrap());
    let headers = status.clone().into_http::<()>();
    let bytes: usize = headers.headers().iter().map(|(name, value)| name.as_str().len() + value.len()).sum();
    assert!(bytes <= 8 * 1024, "{bytes} bytes of headers");
    let details = status.get_error_details();
    let omitted = &details.error_info().unwrap().metadata["violations_omitted"];
    assert!(omitted.parse::<usize>().unwrap() >= 492, "{omitted}");
}

#[test]
fn in_a_batch_the_refusal_has_the_same_content_as_the_status() {
    let refusal = Refusal::new(&reason::TWO_HEADS).with("count", 2).at("members");
    let item = api::types::Refusal::from(refusal.clone());
    assert_eq!(item.code, 3);
    assert_eq!((item.reason.as_str(), item.message_vi), ("TWO_HEADS", refusal.message_vi()));
    assert_eq!(
        (item.field_violations[0].field.as_str(), item.field_violations[0].reason.as_str()),
        ("members", "TWO_HEADS")
    );
}

#[test]
fn what_the_log_refuses_has_a_reason_of_its_own() {
    use event_log::{AppendError, StreamId};
    let request_id = "2f1c7c1e-8f0b-5c3a-9a57-0d6c1f2e3b4a".parse().unwrap();
    let stream: StreamId = "household/1".parse().unwrap();
    let reason_of = |error: AppendError| Refusal::from(error).reason();
    assert_eq!(reason_of(AppendError::RequestIdReused(request_id)), "REQUEST_ID_REUSED");
    assert_eq!(reason_of(AppendError::Overloaded), "OVERLOADED");
    assert_eq!(reason_of(AppendError::Unknown(String::new())), "OUTCOME_UNKNOWN");
    assert_eq!(reason_of(AppendError::Closed), "SHUTTING_DOWN");
    let stale = Refusal::from(AppendError::Stale { stream, expected: 2, actual: 3 });
    assert_eq!(stale.metadata()["current_etag"], crate::request::Etag::of(3).to_string());
}
