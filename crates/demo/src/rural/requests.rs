//! The requests that tell it. Each is a function of the plan alone: told twice, it is the same to the last byte.

use super::{
    Act, Deed, Observation, Place, Report, Rural, SET, Version,
    observe::message,
    reports::{self, Reported},
    rounds::{ROUNDS, Round, RoundNumber},
    subjects::{CRITERIA, Subject},
};
use crate::{
    dice::{Dice, Purpose},
    ids::Ids,
    plan::Plan,
    script::Observing,
};
use api::{
    rural::{
        AcknowledgeTitleRequest, AssessAreaRequest, DecideListingRequest, Fraction, OfficialResult,
        RecogniseTitleRequest, RecordObservationRequest, ResultState, RevokeTitleRequest, Tier,
        observed_value::Value,
    },
    types::{CommandHeader, Decision},
};
use kernel::{Date, written_day};
use reference::areas::RegionClass;

/// The set of 2026-2030 and the days on which units of the new map are assessed under it.
const NEXT_SET: &str = "vn-commune-2026-2030";
const NEXT_ASSESSED: Date = kernel::date(2026, 6, 25);
/// The day on which these assessments are recorded.
pub(crate) const NEXT_RECORDED: Date = kernel::date(2026, 6, 29);
/// Units that are assessed under the set of 2026-2030.
pub(crate) const NEXT_UNITS: usize = 2;
/// Of a thousand criteria that a commune does not meet: basically met, by official judgement.
const BASICALLY: u32 = 90;

/// Something about a title or a list, one request each.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum ActRequest {
    Recognise(RecogniseTitleRequest),
    Acknowledge(AcknowledgeTitleRequest),
    Revoke(RevokeTitleRequest),
    List(DecideListingRequest),
}

impl Observation {
    pub(crate) fn request_id(self, ids: Ids) -> String {
        let Self { round, subject, indicator, version } = self;
        let day = self.recorded();
        let number = u32::from(subject) << 8 | u32::from(indicator);
        // The wording of the version is part of the id: an observation and its correction are two requests.
        let version = match version {
            Version::First => "first",
            Version::Late => "late",
            Version::Corrected => "corrected",
        };
        ids.on(day, number, format_args!("request/observe/{round}/{subject}/{indicator}/{version}"))
    }

    /// The day on which it is recorded.
    pub(crate) fn recorded(self) -> Date {
        let round = ROUNDS[usize::from(self.round)];
        match self.version {
            Version::First => round.recorded,
            Version::Late => round.recorded_late,
            Version::Corrected => round.corrected,
        }
    }
}

impl Plan {
    /// Records the observation.
    pub(crate) fn observation(&self, observation: Observation) -> Observing {
        let rural = &self.rural;
        let Observation { round, subject, indicator, version } = observation;
        let (subject, indicator) = (rural.subjects.get(subject), rural.indicators.get(indicator));
        let place = subject.place;
        let observed = ROUNDS[usize::from(round)].observed;
        let first = Observation { version: Version::First, ..observation };
        let report = format!(
            "Báo cáo (tổng hợp) {}/BC-UBND ngày {}",
            indicator.criterion,
            written_day(observation.recorded())
        );
        Observing {
            request: RecordObservationRequest {
                header: header(observation.request_id(self.ids), report),
                area: place.resource(&self.province),
                set: SET.to_owned(),
                indicator: indicator.code.clone(),
                observed_on: observed.to_string(),
                value: message(rural.value(observation)),
                source: format!("UBND {} (dữ liệu tổng hợp)", lower(place.name(&self.province))),
                corrects: String::new(),
            },
            corrects: (version == Version::Corrected).then(|| first.request_id(self.ids)),
        }
    }

    /// Records the report that has this number on its day.
    pub(crate) fn report(&self, year_end: Date, number: u32, report: Report) -> Observing {
        let Report { target, place, observed, office, value } = report;
        let recorded = reports::reported_on(year_end);
        let id = self.ids.on(recorded, number, format_args!("request/report/{year_end}/{target}/{number}"));
        let value = match value {
            Reported::Share(numerator, denominator) => Value::Share(Fraction { numerator, denominator }),
            Reported::Income(numerator, denominator) => Value::Mean(Fraction { numerator, denominator }),
            Reported::Percent(percent) => Value::ReportedPercent(percent.to_owned()),
        };
        let document = format!("Báo cáo (tổng hợp) TH-{number:02}/BC ngày {}", written_day(recorded));
        Observing {
            request: RecordObservationRequest {
                header: header(id, document),
                area: place.resource(&self.province),
                set: reports::SET.to_owned(),
                indicator: target.to_owned(),
                observed_on: observed.to_string(),
                value: message(value),
                source: format!("{office} (dữ liệu tổng hợp)"),
                corrects: String::new(),
            },
            corrects: None,
        }
    }

    /// All reports as of the year's end.
    pub(crate) fn reports(&self, year_end: Date) -> Vec<Report> {
        let province = &self.province;
        let (mut districts, mut successors) =
            (vec![0; province.districts.len()], vec![0; province.successors.len()]);
        for village in &province.villages {
            let unit = &province.communes[usize::from(village.commune)].unit;
            districts[usize::from(unit.district)] += 1;
            successors[usize::from(unit.successor_at)] += 1;
        }
        reports::reports(year_end, &districts, &successors)
    }

    /// Holds the unit against the set.
    pub(crate) fn area_assessment(&self, round: RoundNumber, number: u16) -> AssessAreaRequest {
        let rural = &self.rural;
        let subject = rural.subjects.get(number);
        let Round { year, assessed, assessment_recorded, .. } = ROUNDS[usize::from(round)];
        let name = format_args!("request/assess-area/{round}/{number}");
        let id = self.ids.on(assessment_recorded, u32::from(number), name);
        let official =
            if subject.is_judged(round) { rural.official(number, round, assessed) } else { vec![] };
        AssessAreaRequest {
            header: header(id, format!("Biên bản thẩm tra (tổng hợp) ngày {}", written_day(assessed))),
            area: subject.place.resource(&self.province),
            set: SET.to_owned(),
            assessed_on: assessed.to_string(),
            assessed_year: i32::from(year),
            column: rural.indicators.column.clone(),
            official,
            consistency_token: String::new(),
        }
    }

    /// Holds some units of the new map against the set of 2026-2030, whose indicators are not known: official results alone.
    pub(crate) fn next_assessments(&self) -> Vec<AssessAreaRequest> {
        let rural = &self.rural;
        let subjects = rural.subjects_of(super::rounds::NEW_MAP).take(NEXT_UNITS);
        subjects
            .map(|number| {
                let place = rural.subjects.get(number).place;
                let key = match place {
                    Place::Successor(at) => Some(&self.province.successors[usize::from(at)].key),
                    _ => None,
                };
                let region = key.and_then(|key| self.reference.areas.region(key, NEXT_ASSESSED));
                let difficult =
                    region.is_some_and(|fact| matches!(fact.class, Some(RegionClass::II | RegionClass::III)));
                let mut dice = rural.official_dice(number, 9);
                let official = (1..=10).map(|criterion| OfficialResult {
                    of: format!("criteria/{criterion}"),
                    state: if dice.chance(620) { ResultState::Met } else { ResultState::NotMet }.into(),
                    author: "Đoàn thẩm tra của tỉnh (dữ liệu tổng hợp)".to_owned(),
                    document: format!("Biên bản (tổng hợp) ngày {}", written_day(NEXT_ASSESSED)),
                });
                let name = format_args!("request/assess-area/2026/{number}");
                AssessAreaRequest {
                    header: header(self.ids.on(NEXT_RECORDED, u32::from(number), name), String::new()),
                    area: place.resource(&self.province),
                    set: NEXT_SET.to_owned(),
                    assessed_on: NEXT_ASSESSED.to_string(),
                    assessed_year: 2026,
                    column: if difficult { "3" } else { "2" }.to_owned(),
                    official: official.collect(),
                    consistency_token: String::new(),
                }
            })
            .collect()
    }

    /// Records the act with this number.
    pub(crate) fn act(&self, number: u32) -> ActRequest {
        let act = &self.rural.acts[number as usize];
        let Act { place, effective, signed, recorded, deed } = act;
        let id = self.ids.on(*recorded, number, format_args!("request/act/{number}"));
        let (header, area) = (header(id, String::new()), place.resource(&self.province));
        let effective_date = effective.to_string();
        let decision = Some(decision(number, *signed, issuer(*place, deed)));
        match deed {
            Deed::Recognise { tier, set, year, votes } => ActRequest::Recognise(RecogniseTitleRequest {
                header,
                area,
                tier: (*tier).into(),
                set: (*set).to_owned(),
                assessed_year: i32::from(*year),
                effective_date,
                decision,
                votes: votes
                    .map(|(favour, all)| Fraction { numerator: favour.into(), denominator: all.into() }),
                assessment: String::new(),
            }),
            Deed::Acknowledge(tier) => ActRequest::Acknowledge(AcknowledgeTitleRequest {
                header,
                area,
                tier: (*tier).into(),
                effective_date,
                decision,
            }),
            Deed::Revoke { tier, criteria } => ActRequest::Revoke(RevokeTitleRequest {
                header,
                area,
                tier: (*tier).into(),
                effective_date,
                decision,
                criteria: criteria.iter().map(|criterion| i32::from(*criterion)).collect(),
                ground: format!("Không còn đạt {}/{CRITERIA} tiêu chí (dữ liệu tổng hợp)", criteria.len()),
            }),
            Deed::List(list, entry) => ActRequest::List(DecideListingRequest {
                header,
                area,
                list: (*list).into(),
                entry: (*entry).to_owned(),
                effective_date,
                decision,
            }),
        }
    }
}

impl Rural {
    /// What the departments judged, each criterion by its own.
    fn official(&self, number: u16, round: RoundNumber, assessed: Date) -> Vec<OfficialResult> {
        let subject = self.subjects.get(number);
        (1..=CRITERIA)
            .map(|criterion| OfficialResult {
                of: format!("criteria/{criterion}"),
                state: self.judged(subject, number, criterion, round).into(),
                author: format!("{} (dữ liệu tổng hợp)", department(criterion)),
                document: format!(
                    "Kết quả thẩm tra (tổng hợp) tiêu chí {criterion} ngày {}",
                    written_day(assessed)
                ),
            })
            .collect()
    }

    fn judged(&self, subject: &Subject, number: u16, criterion: u8, round: RoundNumber) -> ResultState {
        if subject.meets(criterion, round) {
            return ResultState::Met;
        }
        let mut dice = self.official_dice(number, u64::from(round) << 8 | u64::from(criterion));
        if dice.chance(BASICALLY) { ResultState::BasicallyMet } else { ResultState::NotMet }
    }

    fn official_dice(&self, subject: u16, purpose: u64) -> Dice {
        Dice::new(self.seed, Purpose::Criteria, 1 << 32 | purpose << 16 | u64::from(subject))
    }
}

fn header(request_id: String, document: String) -> Option<CommandHeader> {
    Some(CommandHeader { request_id, validate_only: false, document })
}

/// A decision whose number says that it is synthetic.
fn decision(number: u32, signed: Date, issuer: &str) -> Decision {
    Decision {
        number: format!("TH-{:04}/QĐ", number + 1),
        signed_on: signed.to_string(),
        issuer: format!("{issuer} (dữ liệu tổng hợp)"),
        sha256: String::new(),
    }
}

fn issuer(place: Place, deed: &Deed) -> &'static str {
    match (deed, place) {
        (Deed::Recognise { tier: Tier::VillageTitle, .. }, _) => "UBND huyện",
        (Deed::Recognise { .. } | Deed::List(..), Place::District(_)) | (Deed::List(..), _) => {
            "Thủ tướng Chính phủ"
        }
        _ => "UBND tỉnh Lai Châu",
    }
}

/// Who judges a criterion, in general words.
const fn department(criterion: u8) -> &'static str {
    match criterion {
        1 => "Sở Xây dựng",
        2 => "Cơ quan phụ trách giao thông của tỉnh",
        4 | 7 => "Sở Công Thương",
        5 | 14 => "Sở Giáo dục và Đào tạo",
        6 | 16 => "Sở Văn hóa, Thể thao và Du lịch",
        8 => "Cơ quan phụ trách thông tin, truyền thông của tỉnh",
        10 => "Cơ quan thống kê tỉnh",
        11 | 12 => "Cơ quan phụ trách lao động của tỉnh",
        15 => "Sở Y tế",
        17 => "Cơ quan phụ trách môi trường của tỉnh",
        18 => "Sở Nội vụ",
        19 => "Bộ Chỉ huy Quân sự và Công an tỉnh",
        _ => "Cơ quan phụ trách nông nghiệp của tỉnh",
    }
}

/// "Xã Mường Than" as it stands after another word: "xã Mường Than".
fn lower(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
}
