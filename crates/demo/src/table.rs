//! The committee's table: what the progress API says about the poor and near-poor, on a terminal of 100 columns.
//!
//! [`fetch`] asks, [`render`] writes. The table computes nothing of its own: every number and rate is the API's.

mod layout;
mod words;

use crate::{Error, calibration::Review, map::MERGER};
use api::progress::{
    DataStatus, GetMovementsRequest, GetPovertyRequest, ListTargetsRequest, ListTargetsResponse,
    MovementsRow, MovementsView, PointOfView, PovertyRow, PovertyView, TargetRow,
    progress_client::ProgressClient,
};
use layout::Column::{Left, Right};
use layout::{line, rule, wrapped};
use std::fmt::Write as _;
use tonic::{Status, transport::Channel};
use words::{counted, day, decimal, op, percent, rate, status};

/// Communes shown at either end.
const COMMUNES_SHOWN: usize = 5;
/// Reasons for a provisional figure that are spelt out.
const REASONS_SHOWN: usize = 10;
/// What the totals of the synthetic data rest on.
const CALIBRATION: &str = "Hiệu chỉnh: cuối 2024 theo số liệu báo chí; cuối 2025 tính từ mức giảm đề ra; 2022-2023 nội suy, \
     chưa kiểm chứng; cuối 2021 hư cấu (calibrated on: press figures for the end of 2024; the aimed fall for 2025; \
     interpolation, unverified, for 2022 and 2023; end of 2021 invented).";
/// Code of the province whose map the demonstration borrows.
const PROVINCE: &str = "12";

/// What the table shows, as the API answered it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Answers {
    /// The province at the end of 2021, at the start of 2022 and at the end of each year since, in this order.
    pub years: Vec<PovertyView>,
    /// What changed in 2022, 2023, 2024 and 2025.
    pub movements: Vec<MovementsView>,
    /// T09, T10 and T11 at the end of 2025.
    pub targets: ListTargetsResponse,
    /// The province at the end of 2025 with the communes of the new map as its parts.
    pub communes: PovertyView,
}

/// Asks the progress service for everything the table shows. Each answer waits, within the service's bound, until it has
/// seen what the consistency token covers.
pub async fn fetch(channel: Channel, consistency_token: &str) -> Result<Answers, Error> {
    let mut client = ProgressClient::new(channel);
    let mut answers = Answers::default();
    let at = |day: kernel::Date| Some(PointOfView { as_at: day.to_string(), ..PointOfView::default() });
    for review in Review::ALL {
        let request = GetPovertyRequest {
            area: PROVINCE.to_owned(),
            view: at(review.as_at()),
            consistency_token: consistency_token.to_owned(),
            ..GetPovertyRequest::default()
        };
        let view = client.get_poverty(request).await.map_err(|status| failed("GetPoverty", status))?;
        answers.years.push(view.into_inner());
    }
    for year in 2022..=2025 {
        let request = GetMovementsRequest {
            area: PROVINCE.to_owned(),
            year,
            consistency_token: consistency_token.to_owned(),
            ..GetMovementsRequest::default()
        };
        let view = client.get_movements(request).await.map_err(|status| failed("GetMovements", status))?;
        answers.movements.push(view.into_inner());
    }
    let last_day = Review::End2025.as_at();
    let request = ListTargetsRequest {
        view: at(last_day),
        ids: ["T09", "T10", "T11"].map(str::to_owned).into(),
        consistency_token: consistency_token.to_owned(),
    };
    let targets = client.list_targets(request).await.map_err(|status| failed("ListTargets", status))?;
    answers.targets = targets.into_inner();
    let request = GetPovertyRequest {
        area: PROVINCE.to_owned(),
        view: Some(PointOfView {
            as_at: last_day.to_string(),
            map: MERGER.to_string(),
            ..PointOfView::default()
        }),
        parts: true,
        consistency_token: consistency_token.to_owned(),
        ..GetPovertyRequest::default()
    };
    let communes = client.get_poverty(request).await.map_err(|status| failed("GetPoverty", status))?;
    answers.communes = communes.into_inner();
    Ok(answers)
}

fn failed(rpc: &'static str, status: Status) -> Error {
    Error::Call { rpc, status: Box::new(status) }
}

/// The table as text, Vietnamese first.
pub fn render(answers: &Answers) -> String {
    let mut out = String::new();
    let name = answers.years.first().and_then(|view| view.area.as_ref()).map_or("—", area_name);
    out.push_str(&rule('═'));
    out.push_str(&line(&[Left(
        "DỮ LIỆU TỔNG HỢP (synthetic): dữ liệu giả lập, mọi hộ, người, bản và quyết định đều là hư cấu",
        99,
    )]));
    out.push_str(&line(&[Left(
        &format!("{name} · Hộ nghèo và hộ cận nghèo 2021-2025 (poor and near-poor households)"),
        99,
    )]));
    out.push_str(&rule('═'));
    years(&mut out, &answers.years);
    movements(&mut out, &answers.movements);
    targets(&mut out, &answers.targets.targets);
    communes(&mut out, &answers.communes);
    notes(&mut out, answers);
    out
}

fn years(out: &mut String, views: &[PovertyView]) {
    const WIDTHS: [usize; 10] = [10, 10, 8, 8, 7, 8, 9, 9, 9, 9];
    let row = |cells: [&str; 10]| {
        let columns: Vec<_> = (0..10)
            .map(|at| if at < 2 { Left(cells[at], WIDTHS[at]) } else { Right(cells[at], WIDTHS[at]) })
            .collect();
        line(&columns)
    };
    out.push_str(&row(["Ngày", "Chuẩn", "Hộ", "Người", "Hộ", "% hộ", "Người", "Hộ", "% hộ", "Người"]));
    out.push_str(&row(["", "", "", "", "nghèo", "nghèo", "nghèo", "cận nghèo", "cận nghèo", "cận nghèo"]));
    out.push_str(&row([
        "as at",
        "standard",
        "househ.",
        "persons",
        "poor",
        "rate",
        "persons",
        "near-poor",
        "rate",
        "persons",
    ]));
    out.push_str(&rule('─'));
    for view in views {
        let as_at = view.view.as_ref().map_or_else(|| day(""), |point| day(&point.as_at));
        let mark = if view.provisional.is_empty() { "" } else { "*" };
        let standard = format!("{}{mark}", if view.standard.is_empty() { "—" } else { &view.standard });
        let empty = PovertyRow::default();
        let area = view.area.as_ref().unwrap_or(&empty);
        let (households, persons) = (area.households.as_ref(), area.persons.as_ref());
        out.push_str(&row([
            &as_at,
            &standard,
            &counted(households.and_then(|counts| counts.total.as_ref())),
            &counted(persons.and_then(|counts| counts.total.as_ref())),
            &counted(households.and_then(|counts| counts.poor.as_ref())),
            &percent(area.poor_rate.as_ref()),
            &counted(persons.and_then(|counts| counts.poor.as_ref())),
            &counted(households.and_then(|counts| counts.near_poor.as_ref())),
            &percent(area.near_poor_rate.as_ref()),
            &counted(persons.and_then(|counts| counts.near_poor.as_ref())),
        ]));
    }
}

fn movements(out: &mut String, views: &[MovementsView]) {
    const WIDTHS: [usize; 10] = [5, 9, 10, 10, 9, 12, 9, 9, 8, 9];
    let row = |cells: [&str; 10]| {
        let columns: Vec<_> = (0..10)
            .map(|at| if at == 0 { Left(cells[at], WIDTHS[at]) } else { Right(cells[at], WIDTHS[at]) })
            .collect();
        line(&columns)
    };
    title(out, "DIỄN BIẾN HỘ NGHÈO", "movements of poor households in the year");
    out.push_str(&row([
        "Năm",
        "Đầu năm",
        "Xuống",
        "Thoát",
        "Giảm",
        "Từ cận",
        "Tái",
        "Phát sinh",
        "Tăng",
        "Cuối năm",
    ]));
    out.push_str(&row(["", "", "cận nghèo", "hẳn", "khác", "nghèo", "nghèo", "mới", "khác", ""]));
    out.push_str(&row([
        "year",
        "start",
        "to near-p.",
        "exit above",
        "other out",
        "from near-p.",
        "relapse",
        "new",
        "other in",
        "end",
    ]));
    out.push_str(&rule('─'));
    for view in views {
        let mark = if view.provisional.is_empty() { "" } else { "*" };
        let columns = view
            .area
            .as_ref()
            .and_then(|area: &MovementsRow| area.poor_households.clone())
            .unwrap_or_default();
        out.push_str(&row([
            &format!("{}{mark}", view.year),
            &counted(columns.start.as_ref()),
            &counted(columns.exit_to_other_class.as_ref()),
            &counted(columns.exit_above.as_ref()),
            &counted(columns.other_out.as_ref()),
            &counted(columns.from_other_class.as_ref()),
            &counted(columns.relapse.as_ref()),
            &counted(columns.new.as_ref()),
            &counted(columns.other_in.as_ref()),
            &counted(columns.end.as_ref()),
        ]));
    }
}

fn targets(out: &mut String, targets: &[TargetRow]) {
    title(out, "MỤC TIÊU CỦA NGHỊ QUYẾT", "targets of the resolution, at the end of 2025");
    for target in targets {
        let mark = if target.provisional.is_empty() { "" } else { "*" };
        out.push_str(&line(&[
            Left(&target.id, 4),
            Left(&format!("{}{mark}", target.display_name), 62),
            Right(status(target.status()), 31),
        ]));
        out.push_str(&line(&[Left("", 4), Left(&target.display_name_en, 94)]));
        let mut figures =
            format!("mục tiêu (target) {} {} {}", op(&target.op), decimal(&target.target), target.unit);
        // Writing to a String cannot fail.
        let _ = write!(figures, " · thực tế (actual) {}", decimal(&target.actual));
        if !target.expected_by_now.is_empty() {
            let _ = write!(figures, " · theo tiến độ (on pace) {}", decimal(&target.expected_by_now));
        }
        out.push_str(&line(&[Left("", 4), Left(&figures, 94)]));
    }
}

fn communes(out: &mut String, view: &PovertyView) {
    title(out, "XÃ, PHƯỜNG (bản đồ từ 01/7/2025)", "communes of the new map at the end of 2025");
    let mut ranked: Vec<&PovertyRow> =
        view.parts.iter().filter(|row| rate(row.poor_rate.as_ref()).is_some()).collect();
    ranked.sort_by(|a, b| {
        let by_rate = rate(b.poor_rate.as_ref()).cmp(&rate(a.poor_rate.as_ref()));
        by_rate.then_with(|| area_name(a).cmp(area_name(b)))
    });
    let heading = ["", "Xã, phường (commune)", "Số hộ", "Hộ nghèo", "Tỷ lệ", "Cận nghèo", "Tỷ lệ"];
    out.push_str(&commune_row(heading));
    out.push_str(&rule('─'));
    let shown = COMMUNES_SHOWN.min(ranked.len());
    let rest = ranked.len() - shown;
    for (at, row) in ranked.iter().enumerate() {
        if at < shown || at >= rest.max(shown) {
            commune(out, at + 1, row);
        } else if at == shown {
            out.push_str(&line(&[Left("…", 99)]));
        }
    }
    let without = view.parts.len() - ranked.len();
    if without > 0 {
        out.push_str(&line(&[Left(&format!("— chưa có dữ liệu (no data): {without} xã, phường"), 99)]));
    }
}

fn commune(out: &mut String, rank: usize, row: &PovertyRow) {
    let households = row.households.as_ref();
    out.push_str(&commune_row([
        &rank.to_string(),
        area_name(row),
        &counted(households.and_then(|counts| counts.total.as_ref())),
        &counted(households.and_then(|counts| counts.poor.as_ref())),
        &percent(row.poor_rate.as_ref()),
        &counted(households.and_then(|counts| counts.near_poor.as_ref())),
        &percent(row.near_poor_rate.as_ref()),
    ]));
}

fn commune_row([rank, name, households, poor, poor_rate, near_poor, near_poor_rate]: [&str; 7]) -> String {
    line(&[
        Right(rank, 3),
        Left(name, 34),
        Right(households, 11),
        Right(poor, 11),
        Right(poor_rate, 11),
        Right(near_poor, 11),
        Right(near_poor_rate, 11),
    ])
}

fn notes(out: &mut String, answers: &Answers) {
    out.push_str(&rule('─'));
    let views = answers.years.iter().chain([&answers.communes]);
    if views.clone().any(|view| view.events_set_aside > 0) {
        out.push_str(&wrapped("!", "Có sự kiện chưa áp dụng được: không số liệu nào ở đây là đầy đủ (events were set aside: no figure here is complete)."));
    }
    if views.clone().flat_map(|view| view.area.iter().chain(&view.parts)).any(incomplete) {
        out.push_str(&wrapped("°", "Chưa đủ dữ liệu của mọi địa bàn (incomplete: some areas have no data)."));
    }
    let caveats = views
        .flat_map(|view| &view.provisional)
        .chain(answers.movements.iter().flat_map(|view| &view.provisional))
        .chain(answers.targets.targets.iter().flat_map(|target| &target.provisional));
    let mut distinct: Vec<&str> = Vec::new();
    for caveat in caveats {
        if !distinct.contains(&caveat.text_vi.as_str()) {
            distinct.push(&caveat.text_vi);
        }
    }
    if !distinct.is_empty() {
        let more = distinct.len().saturating_sub(REASONS_SHOWN);
        out.push_str(&wrapped(
            "*",
            "Tạm tính, chưa được kiểm chứng (provisional: rests on what nobody has verified):",
        ));
        for reason in distinct.into_iter().take(REASONS_SHOWN) {
            out.push_str(&wrapped("  -", reason));
        }
        if more > 0 {
            out.push_str(&wrapped("  -", &format!("và {more} lý do khác (and {more} more)")));
        }
    }
    out.push_str(&wrapped("·", CALIBRATION));
    out.push_str(&wrapped("—", "chưa có dữ liệu, không phải bằng không (no data, which is not zero)."));
}

fn incomplete(row: &PovertyRow) -> bool {
    [&row.households, &row.persons]
        .into_iter()
        .flatten()
        .flat_map(|counts| [&counts.total, &counts.poor, &counts.near_poor])
        .flatten()
        .any(|figure| figure.status() == DataStatus::Incomplete)
}

fn title(out: &mut String, vietnamese: &str, english: &str) {
    out.push('\n');
    out.push_str(&line(&[Left(&format!("{vietnamese} ({english})"), 99)]));
}

fn area_name(row: &PovertyRow) -> &str {
    row.area.as_ref().map_or("—", |area| area.display_name.as_str())
}
