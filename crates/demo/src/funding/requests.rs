//! The requests that move it. Each is a function of the plan alone: told twice, it is the same to the last byte.

use super::{
    HANDED_OVER, OWNERS_RECORDED, SUCCESSORS_RECORDED,
    book::{Account, ItemNumber, Move, Phase},
    lines::Cell,
    owners::OwnerNumber,
    schedule::DAYS_TO_REVERSAL,
    works::{Item, What},
};
use crate::{
    days::{days_after, entered},
    map::MERGER,
    plan::Plan,
    script::{Reversing, Settling},
};
use api::{
    funding::{
        self, CaseOutcome, HandOverRequest, Movement, NameSuccessorRequest, NewTransfer, RegisterItemRequest,
        RegisterOwnerRequest, ReverseTransferRequest, SettleCaseRequest, Stage, Support, TransferRequest,
        Valuation, Works, register_item_request,
    },
    types::{CommandHeader, Decision},
};
use kernel::{Date, date, written_day};
use std::ops::Range;

/// Transfers of one request at most: what one decision or one list of payments holds.
const TRANSFERS_MAX: usize = 40;
/// Times that one hand-over is asked for at most: each takes a thousand balances.
const HAND_OVERS_MAX: u32 = 8;

/// Transfers of one request: they share their day, who holds the money, and the deciding document.
#[derive(Clone, Debug)]
pub(crate) struct Batch {
    pub(crate) recorded: Date,
    pub(crate) phase: Phase,
    pub(super) moves: Range<u32>,
}

impl Batch {
    /// Transfers of the request.
    pub(crate) fn transfers(&self) -> usize {
        self.moves.len()
    }
}

/// A payment that is reversed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reversal {
    /// Number of the request that made it.
    batch: u32,
    effective: Date,
}

impl Reversal {
    /// Id of the request that made the payment.
    pub(crate) fn reversed(self, plan: &Plan) -> String {
        plan.transfer_id(self.batch)
    }

    pub(crate) fn recorded(self) -> Date {
        entered(self.effective)
    }
}

/// A question about a support that an officer answers.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CaseToSettle {
    rule: &'static str,
    item: ItemNumber,
    outcome: CaseOutcome,
    explanation: &'static str,
    effective: Date,
}

impl CaseToSettle {
    pub(super) fn explained(item: ItemNumber) -> Self {
        Self {
            rule: "K01",
            item,
            outcome: CaseOutcome::Explained,
            explanation: "Hai khoản hỗ trợ cho hai hạng mục khác nhau của nhà ở, có quyết định riêng (dữ liệu tổng hợp)",
            effective: date(2024, 11, 12),
        }
    }

    pub(super) fn paid_back(item: ItemNumber, day: Date) -> Self {
        Self {
            rule: "K03",
            item,
            outcome: CaseOutcome::Recovered,
            explanation: "Hộ không thuộc đối tượng tại ngày quyết định; đã nộp trả ngân sách (dữ liệu tổng hợp)",
            effective: days_after(day, 6),
        }
    }

    pub(crate) fn recorded(self) -> Date {
        entered(self.effective)
    }
}

/// Sorts the moves into the order of recording and gathers them into requests.
pub(super) fn batches(moves: &mut [Move], cells: &[Cell], items: &[Item]) -> (Vec<Batch>, Vec<Reversal>) {
    let programme = |moved: &Move| cells[usize::from(moved.from.cell)].assigned;
    moves.sort_by_key(|moved| {
        (moved.recorded, moved.phase, moved.from.owner, moved.movement, programme(moved))
    });
    debug_assert!(moves.iter().all(|moved| moved.from.item.is_none_or(|item| (item as usize) < items.len())));
    let mut batches: Vec<Batch> = Vec::new();
    let mut reversals = Vec::new();
    let mut start = 0;
    while start < moves.len() {
        let first = &moves[start];
        let alone = first.phase == Phase::PayWrongly;
        let together = |moved: &&Move| {
            (moved.recorded, moved.phase, moved.from.owner, moved.movement, programme(moved))
                == (first.recorded, first.phase, first.from.owner, first.movement, programme(first))
        };
        let most = if alone { 1 } else { TRANSFERS_MAX };
        let count = moves[start..].iter().take(most).take_while(together).count();
        if alone {
            // Invariant: the demo has some ten thousand requests.
            let batch = batches.len() as u32;
            reversals.push(Reversal { batch, effective: days_after(first.effective, DAYS_TO_REVERSAL) });
        }
        let (recorded, phase) = (first.recorded, first.phase);
        batches.push(Batch { recorded, phase, moves: start as u32..(start + count) as u32 });
        start += count;
    }
    (batches, reversals)
}

impl Plan {
    /// Registers the owner.
    pub(crate) fn owner(&self, number: OwnerNumber) -> RegisterOwnerRequest {
        let owner = self.funding.owners.get(number);
        let recorded = if owner.from < MERGER { OWNERS_RECORDED } else { SUCCESSORS_RECORDED };
        let id = self.ids.on(recorded, u32::from(number), format_args!("request/owner/{number}"));
        RegisterOwnerRequest {
            header: header(id, String::new()),
            code: owner.code.clone(),
            display_name: owner.name.clone(),
            area: owner.place.resource(&self.province),
            effective_date: owner.from.to_string(),
        }
    }

    /// Names who takes over from the owner; `None` where nobody does.
    pub(crate) fn successor(&self, number: OwnerNumber) -> Option<NameSuccessorRequest> {
        let owners = &self.funding.owners;
        let owner = owners.get(number);
        let successor = owners.get(owner.successor?);
        let id = self.ids.on(
            SUCCESSORS_RECORDED,
            1000 + u32::from(number),
            format_args!("request/successor/{number}"),
        );
        Some(NameSuccessorRequest {
            header: header(id, String::new()),
            owner: format!("owners/{}", owner.code),
            successor: format!("owners/{}", successor.code),
            effective_date: MERGER.to_string(),
            decision: Some(decision(9000 + u32::from(number), date(2025, 6, 28), "UBND tỉnh Lai Châu")),
        })
    }

    /// Hands everything over that the owner still holds: the same with several ids, to be sent one after the other until
    /// nothing remains.
    pub(crate) fn hand_over(&self, number: OwnerNumber) -> Vec<HandOverRequest> {
        let owner = self.funding.owners.get(number);
        (0..HAND_OVERS_MAX)
            .map(|time| {
                let name = format_args!("request/hand-over/{number}/{time}");
                let id = self.ids.on(HANDED_OVER, u32::from(number) * HAND_OVERS_MAX + time, name);
                HandOverRequest {
                    header: header(id, String::new()),
                    owner: format!("owners/{}", owner.code),
                    decision: Some(decision(9500 + u32::from(number), MERGER, "UBND tỉnh Lai Châu")),
                    effective_date: MERGER.to_string(),
                }
            })
            .collect()
    }

    /// Registers the item.
    pub(crate) fn item(&self, number: ItemNumber) -> RegisterItemRequest {
        let Item { what, decided } = &self.funding.items[number as usize];
        let id = self.ids.on(entered(*decided), number, format_args!("request/item/{number}"));
        let what = match what {
            What::Works { asset, words, place, approved } => register_item_request::What::Works(Works {
                display_name: format!("{words}, {} (tổng hợp số {})", place.name(&self.province), number + 1),
                area: place.resource(&self.province),
                asset_type: (*asset).to_owned(),
                approved_total: *approved,
            }),
            What::Support { kind, unit, household, top_up } => {
                register_item_request::What::Support(Support {
                    kind: (*kind).to_owned(),
                    household: format!("households/{}", self.ids.household(*household)),
                    decided_on: decided.to_string(),
                    quantity: 1,
                    unit: (*unit).to_owned(),
                    top_up: top_up.unwrap_or_default().to_owned(),
                })
            }
        };
        let document =
            format!("Quyết định (tổng hợp) TH-{:04}/QĐ ngày {}", number + 1, written_day(*decided));
        RegisterItemRequest {
            header: header(id, document),
            item_id: self.item_id(number),
            what: Some(what),
            effective_date: decided.to_string(),
        }
    }

    /// The transfers of the request with this number.
    pub(crate) fn transfers(&self, number: u32) -> TransferRequest {
        let batch = &self.funding.batches[number as usize];
        let moves = self.funding.moves_of(batch);
        // Invariant: a batch has at least one move.
        let signed = moves.iter().map(|moved| moved.effective).min().unwrap_or(batch.recorded);
        let issuer = moves.first().map_or("", |moved| self.issuer(moved));
        TransferRequest {
            header: header(self.transfer_id(number), String::new()),
            transfers: moves.iter().map(|moved| self.transfer(moved)).collect(),
            decision: Some(decision(number, signed, issuer)),
            consistency_token: String::new(),
        }
    }

    /// Reverses a payment.
    pub(crate) fn reversal(&self, reversal: Reversal) -> Reversing {
        let Reversal { batch, effective } = reversal;
        let id = self.ids.on(entered(effective), batch, format_args!("request/reversal/{batch}"));
        Reversing {
            request: ReverseTransferRequest {
                header: header(id, format!("Biên bản đối chiếu (tổng hợp) ngày {}", written_day(effective))),
                transfer: String::new(),
                effective_date: effective.to_string(),
                reason: "Thanh toán nhầm công trình (dữ liệu tổng hợp)".to_owned(),
            },
            reverses: reversal.reversed(self),
        }
    }

    /// Settles a case.
    pub(crate) fn settlement(&self, number: u32, case: CaseToSettle) -> Settling {
        let CaseToSettle { rule, item, outcome, explanation, effective } = case;
        let id = self.ids.on(entered(effective), number, format_args!("request/settle/{number}"));
        Settling {
            request: SettleCaseRequest {
                header: header(id, format!("Văn bản giải trình (tổng hợp) ngày {}", written_day(effective))),
                case: String::new(),
                etag: String::new(),
                outcome: outcome.into(),
                explanation: explanation.to_owned(),
                effective_date: effective.to_string(),
            },
            rule: rule.to_owned(),
            about: format!("items/{}", self.item_id(item)),
        }
    }

    fn transfer_id(&self, number: u32) -> String {
        let recorded = self.funding.batches[number as usize].recorded;
        self.ids.on(recorded, 1 << 16 | number, format_args!("request/transfers/{number}"))
    }

    fn item_id(&self, number: ItemNumber) -> String {
        let decided = self.funding.items[number as usize].decided;
        self.ids.on(decided, number, format_args!("item/{number}"))
    }

    fn transfer(&self, moved: &Move) -> NewTransfer {
        let evidence = match moved.movement {
            Movement::Commit => "Hợp đồng (tổng hợp)",
            Movement::Advance => "Bảo lãnh tạm ứng (tổng hợp)",
            Movement::Pay | Movement::Recover => "Biên bản nghiệm thu (tổng hợp)",
            Movement::Contribute => "Biên bản hiến, đóng góp (tổng hợp)",
            Movement::Settle => "Quyết toán được duyệt (tổng hợp)",
            _ => "",
        };
        NewTransfer {
            movement: moved.movement.into(),
            from: Some(self.account(moved.from)),
            to: Some(self.account(moved.to)),
            amount: moved.amount,
            effective_date: moved.effective.to_string(),
            evidence: evidence.to_owned(),
            valuation: moved.valuation.map(|(quantity, unit_price)| {
                let land = self.funding.cells[usize::from(moved.to.cell)].source == "CLD";
                Valuation {
                    quantity: quantity.to_string(),
                    unit: if land { "m2" } else { "ngày công" }.to_owned(),
                    unit_price,
                    price_basis: "Bảng giá (tổng hợp) ngày 02/01/2022".to_owned(),
                    valuer: "UBND xã (dữ liệu tổng hợp)".to_owned(),
                    valued_on: moved.effective.to_string(),
                }
            }),
            extension: None,
        }
    }

    fn account(&self, account: Account) -> funding::Account {
        let Account { stage, cell, detailed, executing, owner, item } = account;
        let cell = &self.funding.cells[usize::from(cell)];
        let owner = self.funding.owners.get(owner);
        funding::Account {
            stage: stage.into(),
            programme: if detailed { cell.detailed } else { cell.assigned }.to_owned(),
            kind: cell.kind.as_str().to_owned(),
            source: cell.source.to_owned(),
            vintage: i32::from(cell.vintage),
            executing_year: i32::from(executing),
            area: owner.place.resource(&self.province),
            owner: format!("owners/{}", owner.code),
            item: item.map_or(String::new(), |item| format!("items/{}", self.item_id(item))),
        }
    }

    /// Who decides on such a transfer.
    fn issuer(&self, moved: &Move) -> &str {
        let source = self.funding.cells[usize::from(moved.from.cell)].source;
        match (moved.movement, source) {
            (Movement::Assign, "CEN") => "Thủ tướng Chính phủ",
            (Movement::Assign, "PRV") | (Movement::Cut | Movement::CarryOver, _) => "HĐND tỉnh Lai Châu",
            (Movement::Lend | Movement::RepayLoan, _) => "Ngân hàng Chính sách xã hội",
            _ if moved.from.stage == Stage::Grantor => "HĐND cấp huyện, cấp xã",
            _ => &self.funding.owners.get(moved.from.owner).name,
        }
    }
}

fn header(request_id: String, document: String) -> Option<CommandHeader> {
    Some(CommandHeader { request_id, validate_only: false, document })
}

/// A decision whose number says that it is synthetic.
fn decision(number: u32, signed: Date, issuer: &str) -> Decision {
    Decision {
        number: format!("TH-{:05}/QĐ", number + 1),
        signed_on: signed.to_string(),
        issuer: format!("{issuer} (dữ liệu tổng hợp)"),
        sha256: String::new(),
    }
}
