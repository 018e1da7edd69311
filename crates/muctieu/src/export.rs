//! `muctieu export figures`: every figure that a site shows, one a line, for comparing sites and for keeping beside a report.
//! It asks the API like any client.

use anyhow::{Context as _, ensure};
use api::{
    progress::{
        self as proto, GetCriteriaRequest, GetFundingRequest, GetMovementsRequest, GetPovertyRequest,
        ListAreasRequest, ListCasesRequest, ListTargetsRequest, PointOfView, progress_client::ProgressClient,
    },
    types,
};
use kernel::{Clock as _, SystemClock, parse_date};
use service::{Settings, health};
use std::{
    collections::BTreeMap,
    io::{BufWriter, Write},
};
use tonic::transport::Channel;

/// A day of each map, and the days of the state that is asked for on it.
const MAPS: [(&str, &[&str]); 2] = [
    ("2025-06-30", &["2020-12-31", "2021-12-31", "2022-12-31", "2023-12-31", "2024-12-31", "2025-12-31"]),
    ("2025-07-01", &["2022-12-31", "2024-12-31", "2025-06-30", "2025-07-01", "2025-12-31"]),
];
/// Of the year after the state's: the day by which things are taken as known, beside everything recorded so far.
const KNOWN_AFTER: &str = "01-31";
const YEARS: std::ops::RangeInclusive<i32> = 2021..=2025;
/// How money is split; a part of the province by one dimension at most.
const SPLITS: [&[&str]; 8] = [
    &[],
    &["programme_root"],
    &["programme"],
    &["source"],
    &["kind"],
    &["owner"],
    &["area"],
    &["vintage", "executing_year"],
];
const PROVINCE: &str = "12";
const PAGE: i32 = 1_000;

/// Prints all figures of the site.
pub(crate) async fn figures(
    settings: &Settings,
    address: Option<String>,
    known_on: Option<String>,
) -> anyhow::Result<()> {
    let address = address.unwrap_or_else(|| health::local_address(settings.listen).to_string());
    let known_on = known_on.unwrap_or_else(|| SystemClock.now().day().to_string());
    ensure!(parse_date(&known_on).is_some(), "--known-on '{known_on}' is no day such as 2025-12-31");
    let channel = Channel::from_shared(format!("http://{address}"))?
        .connect()
        .await
        .with_context(|| format!("cannot reach {address}; give the address of progress with --address"))?;
    let client = ProgressClient::new(channel).max_decoding_message_size(usize::MAX);
    let mut export = Export { client, out: BufWriter::new(std::io::stdout()) };
    for (map, days) in MAPS {
        for as_at in days {
            let year: i32 = as_at[..4].parse()?;
            let soon_after = format!("{}-{KNOWN_AFTER}", year + 1);
            for known in [known_on.clone(), soon_after] {
                let view = PointOfView { as_at: (*as_at).to_owned(), known_on: known, map: map.to_owned() };
                Box::pin(export.point_of_view(&view)).await?;
            }
        }
        for year in YEARS {
            export.movements(year, &known_on, map).await?;
        }
    }
    export.out.flush()?;
    Ok(())
}

struct Export<W: Write> {
    client: ProgressClient<Channel>,
    out: W,
}

impl<W: Write> Export<W> {
    async fn point_of_view(&mut self, view: &PointOfView) -> anyhow::Result<()> {
        let PointOfView { as_at, known_on, map } = view;
        writeln!(self.out, "# as at {as_at}, as known on {known_on}, map of {map}")?;
        let request = ListAreasRequest { map: map.clone(), ..Default::default() };
        let parts = self.client.list_areas(request).await?.into_inner().areas;
        let mut areas = vec![PROVINCE.to_owned()];
        areas.extend(parts.into_iter().filter_map(|part| part.area).map(|area| area.name));
        for area in &areas {
            self.poverty(area, view).await?;
        }
        for area in &areas {
            self.money(area, view).await?;
        }
        self.criteria(view).await?;
        self.targets(view).await?;
        self.cases(view).await
    }

    async fn poverty(&mut self, area: &str, view: &PointOfView) -> anyhow::Result<()> {
        let request = GetPovertyRequest {
            area: area.to_owned(),
            view: Some(view.clone()),
            parts: area != PROVINCE,
            by_ethnicity: true,
            ..Default::default()
        };
        let answer = match self.client.get_poverty(request).await {
            Ok(answer) => answer.into_inner(),
            Err(refused) => return self.refused("poverty", area, &refused),
        };
        for row in answer.area.iter().chain(&answer.parts).chain(&answer.outside_parts) {
            self.poverty_row(row)?;
        }
        Ok(())
    }

    fn poverty_row(&mut self, row: &proto::PovertyRow) -> anyhow::Result<()> {
        for counts in row.households.iter().chain(&row.persons) {
            self.counts(counts)?;
        }
        for share in row.poor_rate.iter().chain(&row.near_poor_rate) {
            self.share(share)?;
        }
        for group in &row.by_ethnicity {
            for counts in group.households.iter().chain(&group.persons) {
                self.counts(counts)?;
            }
        }
        Ok(())
    }

    fn counts(&mut self, counts: &proto::Counts) -> anyhow::Result<()> {
        let proto::Counts { total, poor, near_poor, not_poor, not_reviewed } = counts;
        self.all(&[total, poor, near_poor, not_poor, not_reviewed])
    }

    async fn movements(&mut self, year: i32, known_on: &str, map: &str) -> anyhow::Result<()> {
        let request = GetMovementsRequest {
            area: PROVINCE.to_owned(),
            year,
            known_on: known_on.to_owned(),
            map: map.to_owned(),
            parts: true,
            ..Default::default()
        };
        let answer = match self.client.get_movements(request).await {
            Ok(answer) => answer.into_inner(),
            Err(refused) => return self.refused("movements", &year.to_string(), &refused),
        };
        for row in answer.area.iter().chain(&answer.parts).chain(&answer.outside_parts) {
            let forms =
                [&row.poor_households, &row.poor_persons, &row.near_poor_households, &row.near_poor_persons];
            for form in forms.into_iter().flatten() {
                self.all(&[
                    &form.start,
                    &form.exit_to_other_class,
                    &form.exit_above,
                    &form.other_out,
                    &form.from_other_class,
                    &form.relapse,
                    &form.new,
                    &form.other_in,
                    &form.end,
                ])?;
            }
        }
        Ok(())
    }

    async fn money(&mut self, area: &str, view: &PointOfView) -> anyhow::Result<()> {
        for by in SPLITS.iter().filter(|by| area == PROVINCE || by.len() < 2) {
            let request = GetFundingRequest {
                area: area.to_owned(),
                view: Some(view.clone()),
                by: by.iter().map(|dimension| (*dimension).to_owned()).collect(),
                ..Default::default()
            };
            let answer = match self.client.get_funding(request).await {
                Ok(answer) => answer.into_inner(),
                Err(refused) => return self.refused("funding", area, &refused),
            };
            for row in answer.total.iter().chain(&answer.rows).chain(&answer.outside) {
                self.funding_row(row)?;
            }
            self.all(&[&answer.not_placed])?;
        }
        Ok(())
    }

    fn funding_row(&mut self, row: &proto::FundingRow) -> anyhow::Result<()> {
        self.all(&[
            &row.plan,
            &row.unallocated,
            &row.allocated,
            &row.committed,
            &row.advanced,
            &row.paid,
            &row.settled,
            &row.returned,
            &row.disbursed,
            &row.remaining,
        ])?;
        for share in row.rate_of_plan.iter().chain(&row.rate_of_allocated) {
            self.share(share)?;
        }
        Ok(())
    }

    async fn criteria(&mut self, view: &PointOfView) -> anyhow::Result<()> {
        let request = GetCriteriaRequest {
            area: PROVINCE.to_owned(),
            view: Some(view.clone()),
            communes: true,
            ..Default::default()
        };
        let answer = self.client.get_criteria(request).await?.into_inner();
        if let Some(summary) = &answer.summary {
            self.all(&[
                &summary.communes,
                &summary.recognised,
                &summary.advanced,
                &summary.model,
                &summary.derived,
                &summary.undetermined,
                &summary.assessed,
                &summary.villages_recognised,
            ])?;
            for share in summary.mean_official.iter().chain(&summary.mean_strict) {
                self.share(share)?;
            }
            for band in &summary.bands {
                self.all(&[&band.official, &band.strict])?;
            }
        }
        for row in &answer.communes {
            self.commune(row)?;
        }
        Ok(())
    }

    fn commune(&mut self, row: &proto::CriteriaRow) -> anyhow::Result<()> {
        let cells = row.criteria.iter();
        let cells: Vec<_> =
            cells.map(|cell| format!("{}:{}/{}", cell.number, cell.strict, cell.official)).collect();
        Ok(writeln!(
            self.out,
            "criteria of {}: tier {} origin {} since '{}' set '{}' on '{}' strict {} official {} of {} region '{}' [{}]",
            area_name(row.area.as_ref()),
            row.tier,
            row.origin,
            row.title_since,
            row.set,
            row.assessed_on,
            or_none(row.strict_met),
            or_none(row.official_met),
            or_none(row.applicable),
            row.region,
            cells.join(" "),
        )?)
    }

    async fn targets(&mut self, view: &PointOfView) -> anyhow::Result<()> {
        let request = ListTargetsRequest { view: Some(view.clone()), ..Default::default() };
        for row in self.client.list_targets(request).await?.into_inner().targets {
            writeln!(
                self.out,
                "{} = {} ({}/{}) status {} data {} expected '{}' strict '{}' on '{}'",
                row.figure,
                if row.actual.is_empty() { "no data" } else { &row.actual },
                or_none(row.numerator),
                or_none(row.denominator),
                row.status,
                row.status_of_data,
                row.expected_by_now,
                row.strict,
                row.actual_on,
            )?;
        }
        Ok(())
    }

    async fn cases(&mut self, view: &PointOfView) -> anyhow::Result<()> {
        let mut page_token = String::new();
        loop {
            let request = ListCasesRequest {
                area: PROVINCE.to_owned(),
                view: Some(view.clone()),
                page_size: PAGE,
                page_token,
                ..Default::default()
            };
            let answer = self.client.list_cases(request).await?.into_inner();
            for case in answer.cases {
                let inputs: BTreeMap<_, _> = case.inputs.into_iter().collect();
                writeln!(
                    self.out,
                    "{} {} opened {} outcome '{}' settled '{}' lines {:?} inputs {inputs:?}",
                    case.name, case.rule, case.opened_on, case.outcome, case.settled_on, case.lines,
                )?;
            }
            page_token = answer.next_page_token;
            if page_token.is_empty() {
                return Ok(());
            }
        }
    }

    fn all(&mut self, figures: &[&Option<proto::Figure>]) -> anyhow::Result<()> {
        for figure in figures.iter().copied().flatten() {
            writeln!(self.out, "{} = {} status {}", figure.name, or_none(figure.value), figure.status)?;
        }
        Ok(())
    }

    fn share(&mut self, share: &proto::Share) -> anyhow::Result<()> {
        let (numerator, denominator) = (or_none(share.numerator), or_none(share.denominator));
        Ok(writeln!(self.out, "{} = {numerator}/{denominator} status {}", share.name, share.status)?)
    }

    /// A view that a site refuses is part of what it shows: another site must refuse it too.
    fn refused(&mut self, view: &str, of: &str, refused: &tonic::Status) -> anyhow::Result<()> {
        let expected = [tonic::Code::FailedPrecondition, tonic::Code::InvalidArgument];
        ensure!(expected.contains(&refused.code()), "{view} of {of} cannot be read: {refused}");
        Ok(writeln!(self.out, "{view} of {of}: refused, {}", refused.message())?)
    }
}

fn area_name(area: Option<&types::Area>) -> &str {
    area.map_or("", |area| &area.name)
}

fn or_none<T: ToString>(value: Option<T>) -> String {
    value.map_or_else(|| "none".to_owned(), |value| value.to_string())
}
