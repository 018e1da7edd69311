//! The main path on PostgreSQL: the same calls, the same answers.

use crate::{
    messages::{PHUC_THAN, assessment, change, list, named, relocation, search},
    office::Office,
};
use api::{
    poverty::{ListHouseholdsRequest, batch_write_result},
    types::PovertyClass,
};

#[tokio::test]
async fn households_are_registered_assessed_moved_listed_and_found() {
    let office = Office::on_postgres().await;
    let requests: Vec<_> = (0..50)
        .map(|number| named(PHUC_THAN, "2024-09-01", &[&format!("Lò Văn Khoá {number}"), "Lò Thị Mây"]))
        .collect();
    let first = office.register_all(requests.clone()).await;
    let households: Vec<String> = first
        .results
        .iter()
        .map(|result| match &result.result {
            Some(batch_write_result::Result::Accepted(accepted)) => accepted.household.clone().unwrap().name,
            other => panic!("should be accepted: {other:?}"),
        })
        .collect();
    office.register_all(requests).await;
    assert_eq!(office.log.head().await.unwrap(), 50, "a repeat writes nothing");

    let reviews = households.iter().map(|household| assessment(household, "2024-12-14", 140, 3)).collect();
    office.assess_all(reviews).await;
    office.relocate(relocation(&households[0], "03408", "2025-09-01")).await;
    let mut leaves = change(&households[1], "2025-09-01");
    leaves.remove = vec![office.get(&households[1]).await.members[1].member_id.clone()];
    office.change(leaves).await;

    let poor = ListHouseholdsRequest {
        poverty_class: PovertyClass::Poor.into(),
        page_size: 30,
        ..list("areas/03618@2025-07-01")
    };
    let page = office.list(poor.clone()).await;
    assert_eq!(page.households.len(), 30);
    let rest = office.list(ListHouseholdsRequest { page_token: page.next_page_token, ..poor }).await;
    assert_eq!((rest.households.len(), rest.next_page_token.as_str()), (19, ""));
    assert_eq!(rest.households[18], office.get(&households[49]).await);

    let exact = office.search(search("khóa 7")).await.hits;
    assert_eq!(exact.len(), 1);
    assert_eq!(exact[0].household.as_ref().unwrap().name, households[7]);
    let suggested = office.search(search("may")).await.hits;
    assert_eq!(suggested.len(), 49);
    assert!(suggested.iter().all(|hit| hit.suggestion));
}
