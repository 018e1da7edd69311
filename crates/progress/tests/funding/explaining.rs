//! Every figure about money explains itself, down to its transfers.

use crate::{
    province::{Province, reason, view},
    tales::{account, at, brought, moved},
};
use api::progress as proto;
use events::funding::{Kind, Movement, Stage};

const SCOPE: &str = "areas/12@0001-01-01/as-at/2024-12-31/known-on/2024-12-31/map/2025-06-30";

#[tokio::test]
async fn a_fact_names_its_transfer_its_decision_and_who_recorded_it_when() {
    let line = account(Stage::Assigned, "GNBV.DA5", Kind::Recurrent, "CEN");
    let mut log = brought("2024-03-01", &line, 70);
    log.extend(brought("2024-03-05", &line, 30).into_iter().map(|told| told.known("2024-04-01")));
    log.push(moved("2024-05-01", Movement::Cut, &line, &at(Stage::Grantor, &line), 15));
    let province = Province::told(&log).await;
    let name = format!("figures/money/plan/kind=recurrent,programme=GNBV/{SCOPE}");
    let explained = province.explain(&name, 0, "").await.unwrap();
    assert_eq!((explained.sum, explained.fact_count, &*explained.next_page_token), (Some(85), 3, ""));
    assert_eq!(
        explained.formula,
        "plan = assigned + allocated + committed + advanced + paid + settled of money inside the rate of disbursement, \
         kind=recurrent,programme=GNBV in Tỉnh Lai Châu on 2024-12-31: sum of what transfers effective up to 2024-12-31 and \
         recorded by 2024-12-31 brought less what they took; those that move money within it change nothing"
    );
    let amounts: Vec<_> = explained.facts.iter().map(|fact| fact.amount).collect();
    assert_eq!(amounts, [70, 30, -15]);
    let fact = &explained.facts[1];
    assert_eq!(fact.area.as_ref().unwrap().name, "areas/03618@0001-01-01");
    assert_eq!((&*fact.effective_date, &*fact.recorded_at), ("2024-03-05", "2024-04-01T05:00:00.000000Z"));
    assert_eq!((&*fact.event_type, fact.position, &*fact.source), ("funding.transferred.v1", 2, "funding"));
    assert_eq!((&*fact.document, &*fact.actor), ("1487/QĐ-UBND", "officer.1"));
    assert_eq!(fact.subject, format!("transfers/{}", log[1].transferred().unwrap().transfer));
    assert!(fact.event_id.parse::<uuid::Uuid>().is_ok());
    province.end().await;
}

#[tokio::test]
async fn a_transfer_within_a_figure_is_no_fact_of_it() {
    let paid = account(Stage::Paid, "GNBV.DA5", Kind::Recurrent, "CEN");
    let province = Province::told(&brought("2024-03-01", &paid, 70)).await;
    let facts = async |column: &str| -> Vec<(u64, i64)> {
        let (_, facts) = province.facts(&format!("figures/money/{column}/-/{SCOPE}"), 1).await;
        facts.into_iter().map(|fact| (fact.position, fact.amount)).collect()
    };
    assert_eq!(facts("plan").await, [(1, 70)]);
    assert_eq!(facts("unallocated").await, [(1, 70), (2, -70)]);
    assert_eq!(facts("allocated").await, [(2, 70)]);
    assert_eq!(facts("disbursed").await, [(4, 70)]);
    assert_eq!(facts("returned").await, []);
    province.end().await;
}

#[tokio::test]
async fn a_rate_is_explained_by_its_two_amounts() {
    let line = account(Stage::Assigned, "GNBV.DA5", Kind::Recurrent, "CEN");
    let log = [brought("2024-03-01", &line, 50), brought("2024-03-01", &at(Stage::Paid, &line), 30)];
    let province = Province::told(&log.concat()).await;
    let request = proto::GetFundingRequest {
        area: "12".to_owned(),
        view: view("2024-12-31", "2024-12-31", ""),
        ..Default::default()
    };
    let total = province.funding(request).await.unwrap().total.unwrap();
    let rates = [(total.rate_of_plan, "37.50"), (total.rate_of_allocated, "100.00")];
    for (rate, percent) in rates.map(|(rate, percent)| (rate.unwrap(), percent)) {
        assert_eq!(rate.percent, percent);
        let explained = province.explain(&rate.name, 0, "").await.unwrap();
        assert_eq!((explained.sum, explained.fact_count), (None, 0));
        let inputs: Vec<_> = explained.inputs.iter().map(|input| input.value).collect();
        assert_eq!(inputs, [rate.numerator, rate.denominator]);
        for input in &explained.inputs {
            assert_eq!(province.facts(&input.name, 2).await.0, input.value);
        }
    }
    province.end().await;
}

#[tokio::test]
async fn without_data_nothing_is_summed_and_other_names_are_refused() {
    let province =
        Province::told(&brought("2024-03-01", &account(Stage::Paid, "NTM", Kind::Recurrent, "CEN"), 1)).await;
    let nothing = province.explain(&format!("figures/money/plan/owner=nobody/{SCOPE}"), 0, "").await.unwrap();
    assert_eq!((nothing.sum, nothing.fact_count), (None, 0));
    for unknown in [
        format!("figures/money/plans/-/{SCOPE}"),
        format!("figures/money/plan/programme=GNBV.DA99/{SCOPE}"),
        format!("figures/money/plan/node=GNBV.DA99/{SCOPE}"),
        format!("figures/money/plan/source=GOLD/{SCOPE}"),
        format!("figures/money/plan/regroup=GNBV/{SCOPE}"),
        format!("figures/money/not-placed/rate=outside/{SCOPE}"),
        format!("figures/money/open-cases/kind=loan/{SCOPE}"),
        format!("figures/money/plan/-/{SCOPE}").replace("12@0001-01-01", "03618@2025-07-01"),
        format!("figures/money/plan/-/{SCOPE}").replace("12@0001-01-01", "03618@0001-01-01/outside-parts"),
    ] {
        let refused = province.explain(&unknown, 0, "").await.unwrap_err();
        assert_eq!(reason(&refused), "FIGURE_UNKNOWN", "'{unknown}'");
    }
    province.end().await;
}
