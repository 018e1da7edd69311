//! Poor and near-poor households: year by year, how they changed, and the communes at either end.

use super::{
    Answers,
    layout::{
        Column::{Left, Right},
        WIDTH, line, rule, title,
    },
    words::{counted, day, percent, rate},
};
use api::progress::{MovementsRow, MovementsView, PovertyRow, PovertyView};

/// Communes shown at either end.
const COMMUNES_SHOWN: usize = 5;

pub(super) fn poverty(answers: &Answers) -> String {
    let mut out = title("3. HỘ NGHÈO, HỘ CẬN NGHÈO", "poor and near-poor households");
    years(&mut out, &answers.years);
    movements(&mut out, &answers.movements);
    communes(&mut out, &answers.communes);
    out
}

fn years(out: &mut String, views: &[PovertyView]) {
    const WIDTHS: [usize; 10] = [11, 12, 11, 11, 10, 9, 11, 11, 10, 12];
    let row = |cells: [&str; 10]| {
        let columns: Vec<_> = (0..10)
            .map(|at| if at < 2 { Left(cells[at], WIDTHS[at]) } else { Right(cells[at], WIDTHS[at]) })
            .collect();
        line(&columns)
    };
    *out += &row(["Ngày", "Chuẩn", "Hộ", "Người", "Hộ", "% hộ", "Người", "Hộ", "% hộ", "Người"]);
    *out += &row(["", "", "", "", "nghèo", "nghèo", "nghèo", "cận nghèo", "cận nghèo", "cận nghèo"]);
    *out += &row([
        "as at",
        "standard",
        "households",
        "persons",
        "poor",
        "rate",
        "persons",
        "near-poor",
        "rate",
        "persons",
    ]);
    *out += &rule('─');
    for view in views {
        let as_at = view.view.as_ref().map_or_else(|| day(""), |point| day(&point.as_at));
        let mark = if view.provisional.is_empty() { "" } else { "*" };
        let standard = format!("{}{mark}", if view.standard.is_empty() { "—" } else { &view.standard });
        let empty = PovertyRow::default();
        let area = view.area.as_ref().unwrap_or(&empty);
        let (households, persons) = (area.households.as_ref(), area.persons.as_ref());
        *out += &row([
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
        ]);
    }
}

fn movements(out: &mut String, views: &[MovementsView]) {
    const WIDTHS: [usize; 10] = [7, 11, 11, 11, 11, 12, 11, 11, 11, 12];
    let row = |cells: [&str; 10]| {
        let columns: Vec<_> = (0..10)
            .map(|at| if at == 0 { Left(cells[at], WIDTHS[at]) } else { Right(cells[at], WIDTHS[at]) })
            .collect();
        line(&columns)
    };
    *out += "\n";
    *out +=
        &row(["Năm", "Đầu năm", "Xuống", "Thoát", "Giảm", "Từ cận", "Tái", "Phát sinh", "Tăng", "Cuối năm"]);
    *out += &row(["", "", "cận nghèo", "hẳn", "khác", "nghèo", "nghèo", "mới", "khác", ""]);
    *out += &row([
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
    ]);
    *out += &rule('─');
    for view in views {
        let mark = if view.provisional.is_empty() { "" } else { "*" };
        let columns = view
            .area
            .as_ref()
            .and_then(|area: &MovementsRow| area.poor_households.clone())
            .unwrap_or_default();
        *out += &row([
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
        ]);
    }
}

fn communes(out: &mut String, view: &PovertyView) {
    let mut ranked: Vec<&PovertyRow> =
        view.parts.iter().filter(|row| rate(row.poor_rate.as_ref()).is_some()).collect();
    ranked.sort_by(|a, b| {
        let by_rate = rate(b.poor_rate.as_ref()).cmp(&rate(a.poor_rate.as_ref()));
        by_rate.then_with(|| area_name(a).cmp(area_name(b)))
    });
    *out += "\n";
    let heading =
        ["", "Xã, phường từ 01/7/2025 (communes)", "Số hộ", "Hộ nghèo", "Tỷ lệ", "Cận nghèo", "Tỷ lệ"];
    *out += &commune_row(heading);
    *out += &rule('─');
    let shown = COMMUNES_SHOWN.min(ranked.len());
    let rest = ranked.len() - shown;
    for (at, row) in ranked.iter().enumerate() {
        if at < shown || at >= rest.max(shown) {
            commune(out, at + 1, row);
        } else if at == shown {
            *out += &line(&[Left("…", WIDTH)]);
        }
    }
    let without = view.parts.len() - ranked.len();
    if without > 0 {
        *out += &line(&[Left(&format!("— chưa có dữ liệu (no data): {without} xã, phường"), WIDTH)]);
    }
}

fn commune(out: &mut String, rank: usize, row: &PovertyRow) {
    let households = row.households.as_ref();
    *out += &commune_row([
        &rank.to_string(),
        area_name(row),
        &counted(households.and_then(|counts| counts.total.as_ref())),
        &counted(households.and_then(|counts| counts.poor.as_ref())),
        &percent(row.poor_rate.as_ref()),
        &counted(households.and_then(|counts| counts.near_poor.as_ref())),
        &percent(row.near_poor_rate.as_ref()),
    ]);
}

fn commune_row([rank, name, households, poor, poor_rate, near_poor, near_poor_rate]: [&str; 7]) -> String {
    line(&[
        Right(rank, 3),
        Left(name, 40),
        Right(households, 13),
        Right(poor, 13),
        Right(poor_rate, 13),
        Right(near_poor, 13),
        Right(near_poor_rate, 13),
    ])
}

fn area_name(row: &PovertyRow) -> &str {
    row.area.as_ref().map_or("—", |area| area.display_name.as_str())
}
