//! Requests that are lawful as they stand; tests break them.

use api::{
    rural::{
        AcknowledgeTitleRequest, AssessAreaRequest, DecideListingRequest, Fraction, GetStandingRequest,
        ListKind, ListObservationsRequest, ObservedValue, OfficialResult, RecogniseTitleRequest,
        RecordObservationRequest, ResultState, RevokeTitleRequest, Tier, observed_value::Value,
    },
    types::{CommandHeader, Decision},
};
use uuid::Uuid;

/// Xã Phúc Than until the merger; with Mường Mít it became xã Mường Than.
pub(crate) const PHUC_THAN: &str = "areas/03618@0001-01-01";
/// Xã Mường Mít until the merger.
pub(crate) const MUONG_MIT: &str = "areas/03625@0001-01-01";
/// Xã Mường Than since.
pub(crate) const MUONG_THAN: &str = "areas/03618@2025-07-01";
/// Xã Sìn Hồ since the merger, made of a township and three communes.
pub(crate) const SIN_HO: &str = "areas/03478@2025-07-01";
/// On the list of 2026 as region III.
pub(crate) const KHOEN_ON: &str = "areas/03640@2025-07-01";

/// The national commune set of 2021-2025.
pub(crate) const COMMUNE_SET: &str = "vn-commune-2021-2025";

pub(crate) fn header() -> Option<CommandHeader> {
    let request_id = Uuid::new_v4().to_string();
    Some(CommandHeader { request_id, document: "Báo cáo 12/BC-UBND".to_owned(), ..Default::default() })
}

pub(crate) fn decision(number: &str, signed_on: &str) -> Option<Decision> {
    Some(Decision {
        number: number.to_owned(),
        signed_on: signed_on.to_owned(),
        issuer: "UBND tỉnh Lai Châu".to_owned(),
        sha256: String::new(),
    })
}

pub(crate) fn share(numerator: i64, denominator: i64) -> Value {
    Value::Share(Fraction { numerator, denominator })
}

pub(crate) fn observation(indicator: &str, observed_on: &str, value: Value) -> RecordObservationRequest {
    RecordObservationRequest {
        header: header(),
        area: PHUC_THAN.to_owned(),
        set: COMMUNE_SET.to_owned(),
        indicator: indicator.to_owned(),
        observed_on: observed_on.to_owned(),
        value: Some(ObservedValue { value: Some(value) }),
        source: "UBND xã".to_owned(),
        corrects: String::new(),
    }
}

/// An assessment of Phúc Than under the national commune set.
pub(crate) fn assessment(assessed_on: &str, assessed_year: i32) -> AssessAreaRequest {
    AssessAreaRequest {
        header: header(),
        area: PHUC_THAN.to_owned(),
        set: COMMUNE_SET.to_owned(),
        assessed_on: assessed_on.to_owned(),
        assessed_year,
        ..Default::default()
    }
}

pub(crate) fn official(of: &str, state: ResultState) -> OfficialResult {
    OfficialResult {
        of: of.to_owned(),
        state: state.into(),
        author: "Sở Nông nghiệp và Môi trường".to_owned(),
        document: "12/BB".to_owned(),
    }
}

/// A recognition of Phúc Than as a new rural commune for 2022.
pub(crate) fn recognition(effective: &str) -> RecogniseTitleRequest {
    RecogniseTitleRequest {
        header: header(),
        area: PHUC_THAN.to_owned(),
        tier: Tier::CommuneTitle.into(),
        set: COMMUNE_SET.to_owned(),
        assessed_year: 2022,
        effective_date: effective.to_owned(),
        decision: decision("801/QĐ-UBND", effective),
        ..Default::default()
    }
}

/// An acknowledgement of Mường Than.
pub(crate) fn acknowledgement(tier: Tier, effective: &str) -> AcknowledgeTitleRequest {
    AcknowledgeTitleRequest {
        header: header(),
        area: MUONG_THAN.to_owned(),
        tier: tier.into(),
        effective_date: effective.to_owned(),
        decision: decision("90/QĐ-UBND", effective),
    }
}

/// A revocation of Phúc Than's commune title.
pub(crate) fn revocation(effective: &str) -> RevokeTitleRequest {
    RevokeTitleRequest {
        header: header(),
        area: PHUC_THAN.to_owned(),
        tier: Tier::CommuneTitle.into(),
        effective_date: effective.to_owned(),
        decision: decision("77/QĐ-UBND", effective),
        criteria: vec![10, 17],
        ground: "mười tiêu chí không đạt".to_owned(),
    }
}

pub(crate) fn region(area: &str, entry: &str, effective: &str) -> DecideListingRequest {
    DecideListingRequest {
        header: header(),
        area: area.to_owned(),
        list: ListKind::Region.into(),
        entry: entry.to_owned(),
        effective_date: effective.to_owned(),
        decision: decision("861/QĐ-TTg", effective),
    }
}

pub(crate) fn standing(area: &str) -> GetStandingRequest {
    GetStandingRequest { area: area.to_owned(), ..Default::default() }
}

pub(crate) fn list(area: &str) -> ListObservationsRequest {
    ListObservationsRequest { area: area.to_owned(), ..Default::default() }
}
