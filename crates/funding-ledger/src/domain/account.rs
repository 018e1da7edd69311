//! The identity of accounts.

use super::movements::{kind_name, stage_name};
use events::funding::{Account, Stage, Transferred};
use uuid::Uuid;

/// Keys of accounts are derived within it.
const ACCOUNTS: Uuid = Uuid::from_u128(0x5b1f_2c8e_9a47_4d06_8e13_c7f0_64d2_a9b5);

/// The key of an account: the same for the same dimensions, in every process and for ever.
pub fn account_key(account: &Account) -> Uuid {
    let Account { stage, programme, kind, source, vintage, executing_year, area, owner, item } = account;
    let item = item.map(|item| item.to_string()).unwrap_or_default();
    let text = format!(
        "{}|{programme}|{}|{source}|{vintage}|{executing_year}|{area}|{owner}|{item}",
        stage_name(*stage),
        kind_name(*kind)
    );
    Uuid::new_v5(&ACCOUNTS, text.as_bytes())
}

/// Whether the transfer stands in the stream of the account that gives, otherwise of the one that takes. The version of that
/// stream guards the balance: what another process took from the account meanwhile makes the transfer stale. Credits stand
/// elsewhere, for they can only help. Money from the grantor, who alone may be negative, stands with the account that takes
/// it, so that the assignments of one budget line do not wait for each other.
pub fn guards_giver(transferred: &Transferred) -> bool {
    transferred.from.stage != Stage::Grantor
}
