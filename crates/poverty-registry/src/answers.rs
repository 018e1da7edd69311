//! Writes answers: the domain's values as the messages of the API.

use crate::{
    CONTEXT,
    commands::Detail,
    domain::{Assessment, Household, Person, Sex},
};
use api::{poverty, types};
use event_log::Appended;
use events::poverty::{AreaType, Income, PovertyClass};
use kernel::{AreaKey, MemberId};
use reference::{Area, AreaKind, IncomeMeasure, Reference};
use service::request::Etag;
use std::collections::HashMap;

/// A household at a version. Members whose personal data is erased or was not asked for are shown without it; with
/// [`Detail::Summary`] there are only their numbers.
pub(crate) fn household(
    household: &Household,
    version: u64,
    people: &HashMap<MemberId, Person>,
    detail: Detail,
    reference: &Reference,
) -> poverty::Household {
    let residence = household.residence();
    let village = residence.village.as_ref().map(|village| AreaKey::new(village.clone().into(), None));
    let members = match detail {
        Detail::Summary => Vec::new(),
        Detail::Members => members(household, people),
    };
    poverty::Household {
        name: format!("households/{}", household.id),
        etag: Etag::of(version).to_string(),
        commune: Some(area(&residence.commune, reference)),
        village: village.map(|village| area(&village, reference)),
        registered_date: household.registered.to_string(),
        ethnicity: household.ethnicity().to_owned(),
        members,
        member_count: i32::try_from(household.members.len()).unwrap_or(i32::MAX),
        latest_assessment: household.latest_assessment().map(|latest| assessment(latest, reference)),
    }
}

/// What a write did.
pub(crate) fn receipt(recorded: Appended) -> types::WriteReceipt {
    service::request::receipt(CONTEXT, recorded)
}

fn members(household: &Household, people: &HashMap<MemberId, Person>) -> Vec<poverty::Member> {
    let member = |member: &crate::domain::Member| {
        let person = people.get(&member.id);
        let sex = person.and_then(|person| person.sex).map_or(poverty::Sex::Unspecified, |sex| match sex {
            Sex::Female => poverty::Sex::Female,
            Sex::Male => poverty::Sex::Male,
        });
        let birth_date = person.and_then(|person| person.birth_date);
        poverty::Member {
            member_id: member.id.to_string(),
            full_name: person.map(|person| person.full_name.clone()).unwrap_or_default(),
            birth_date: birth_date.map(|birth| birth.to_string()).unwrap_or_default(),
            sex: sex.into(),
            ethnicity: member.ethnicity.clone(),
            head: member.id == household.head,
        }
    };
    household.members.iter().map(member).collect()
}

fn assessment(assessment: &Assessment, reference: &Reference) -> poverty::Assessment {
    let (income, measure) = match assessment.income {
        Income::B1Score(points) => (
            poverty::assessment::Income::B1Score(i32::try_from(points).unwrap_or(i32::MAX)),
            IncomeMeasure::B1Score(points),
        ),
        Income::IncomePerPersonMonth(amount) => (
            poverty::assessment::Income::IncomePerPersonMonth(amount.dong()),
            IncomeMeasure::IncomePerPersonMonth(amount),
        ),
    };
    // The class stands on the event; the standard tells the words of its rule. A standard that is no longer in the packs
    // leaves the words empty and the class provisional.
    let classified = reference.standards.get(&assessment.standard).and_then(|standard| {
        standard.classify(assessment.area_type, measure, assessment.deprived.len()).ok()
    });
    poverty::Assessment {
        assessment_id: assessment.id.to_string(),
        effective_date: assessment.effective.to_string(),
        standard: assessment.standard.clone(),
        area_type: area_type(assessment.area_type).into(),
        commune: Some(area(&assessment.commune, reference)),
        income: Some(income),
        b2_score: assessment.b2_score.map(|points| i32::try_from(points).unwrap_or(i32::MAX)),
        deprived: assessment.deprived.clone(),
        poverty_class: poverty_class(assessment.class).into(),
        provisional: classified.as_ref().is_none_or(|classified| classified.provisional),
        rule: classified.map(|classified| classified.rule).unwrap_or_default(),
    }
}

fn area(key: &AreaKey, reference: &Reference) -> types::Area {
    let known = reference.areas.get(key);
    let day = |day: Option<kernel::Date>| day.map(|day| day.to_string()).unwrap_or_default();
    types::Area {
        name: format!("areas/{key}"),
        code: key.code.to_string(),
        display_name: known.map(Area::display_name).unwrap_or_default(),
        kind: known.map_or(types::AreaKind::Unspecified, |area| area_kind(area.kind)).into(),
        valid_from: day(known.and_then(Area::valid_from)),
        valid_to: day(known.and_then(|area| area.valid_to)),
    }
}

fn area_kind(kind: AreaKind) -> types::AreaKind {
    match kind {
        AreaKind::Province => types::AreaKind::Province,
        AreaKind::ProvincialCity => types::AreaKind::ProvincialCity,
        AreaKind::District => types::AreaKind::District,
        AreaKind::Commune => types::AreaKind::Commune,
        AreaKind::Township => types::AreaKind::Township,
        AreaKind::Ward => types::AreaKind::Ward,
        AreaKind::Village => types::AreaKind::Village,
    }
}

fn area_type(area_type: AreaType) -> types::AreaType {
    match area_type {
        AreaType::Rural => types::AreaType::Rural,
        AreaType::Urban => types::AreaType::Urban,
    }
}

fn poverty_class(class: PovertyClass) -> types::PovertyClass {
    match class {
        PovertyClass::Poor => types::PovertyClass::Poor,
        PovertyClass::NearPoor => types::PovertyClass::NearPoor,
        PovertyClass::NotPoor => types::PovertyClass::NotPoor,
    }
}
