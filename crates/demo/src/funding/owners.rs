//! Who holds money: offices of the province, districts until 2025-06-30, People's Committees of communes of both maps.

use crate::{
    map::{Kind, MERGER},
    province::Province,
    rural::Place,
};
use kernel::{Date, date};

/// Number of an owner.
pub(super) type OwnerNumber = u16;

/// Departments and other offices, in general words; the first holds the province's money, the last lends.
const OFFICES: [(&str, &str); 9] = [
    ("so-tai-chinh", "Sở Tài chính"),
    ("so-xay-dung", "Sở Xây dựng"),
    ("van-phong-dieu-phoi-nong-thon-moi", "Văn phòng Điều phối nông thôn mới tỉnh"),
    ("co-quan-lao-dong", "Cơ quan phụ trách lao động, việc làm của tỉnh"),
    ("so-y-te", "Sở Y tế"),
    ("so-van-hoa", "Sở Văn hóa, Thể thao và Du lịch"),
    ("co-quan-dan-toc", "Cơ quan công tác dân tộc của tỉnh"),
    ("co-quan-thong-tin", "Cơ quan phụ trách thông tin, truyền thông của tỉnh"),
    ("ngan-hang-chinh-sach-xa-hoi", "Chi nhánh Ngân hàng Chính sách xã hội tỉnh"),
];

/// The province's finance office.
pub(super) const FINANCE: OwnerNumber = 0;
/// The bank that lends.
pub(super) const BANK: OwnerNumber = 8;

/// Who holds money.
#[derive(Clone, Debug)]
pub(crate) struct Owner {
    pub(crate) code: String,
    pub(crate) name: String,
    pub(crate) place: Place,
    pub(crate) from: Date,
    /// Who takes over on the day of the merger.
    pub(crate) successor: Option<OwnerNumber>,
}

/// All owners: offices, districts, units of the old map, units of the new.
#[derive(Clone, Debug)]
pub(crate) struct Owners {
    list: Vec<Owner>,
    districts: OwnerNumber,
    communes: OwnerNumber,
    successors: OwnerNumber,
    /// Index of the district of each unit of the old map.
    district_of: Vec<u8>,
}

impl Owners {
    pub(super) fn new(province: &Province) -> Self {
        let start = date(2021, 1, 1);
        let owner =
            |code: String, name: String, place, from, successor| Owner { code, name, place, from, successor };
        let mut list: Vec<Owner> = OFFICES
            .iter()
            .map(|(code, name)| owner((*code).to_owned(), (*name).to_owned(), Place::Province, start, None))
            .collect();
        // Invariant: a map has at most 250 districts and as many communes.
        let districts = list.len() as OwnerNumber;
        let communes = districts + province.districts.len() as OwnerNumber;
        let successors = communes + province.communes.len() as OwnerNumber;
        let committee = |name: &str| format!("UBND {name}");
        for (at, district) in (0_u8..).zip(&province.districts) {
            let code = format!("ubnd-huyen-{}", district.key.code);
            // A district's money goes to a named office by decision: most to the unit around its seat.
            let heir = if at % 3 == 2 { FINANCE } else { successors + OwnerNumber::from(seat(province, at)) };
            list.push(owner(code, committee(&district.name), Place::District(at), start, Some(heir)));
        }
        for (at, commune) in (0_u8..).zip(&province.communes) {
            let code = format!("ubnd-xa-{}-2021", commune.unit.code);
            let heir = successors + OwnerNumber::from(commune.unit.successor_at);
            list.push(owner(code, committee(&commune.unit.name), Place::Commune(at), start, Some(heir)));
        }
        for (at, unit) in (0_u8..).zip(&province.successors) {
            let code = format!("ubnd-xa-{}-2025", unit.key.code);
            list.push(owner(code, committee(&unit.name), Place::Successor(at), MERGER, None));
        }
        let district_of = province.communes.iter().map(|commune| commune.unit.district).collect();
        Self { list, districts, communes, successors, district_of }
    }

    pub(crate) fn get(&self, owner: OwnerNumber) -> &Owner {
        &self.list[usize::from(owner)]
    }

    pub(super) const fn of_district(&self, district: u8) -> OwnerNumber {
        self.districts + district as OwnerNumber
    }

    pub(super) const fn of_commune(&self, commune: u8) -> OwnerNumber {
        self.communes + commune as OwnerNumber
    }

    /// Index of the district of a unit of the old map.
    pub(super) fn district(&self, commune: u8) -> u8 {
        self.district_of[usize::from(commune)]
    }

    pub(super) const fn of_successor(&self, unit: u8) -> OwnerNumber {
        self.successors + unit as OwnerNumber
    }

    /// Those that are there from the start.
    pub(crate) const fn first(&self) -> std::ops::Range<OwnerNumber> {
        0..self.successors
    }

    /// Those that begin with the merger.
    pub(crate) fn later(&self) -> std::ops::Range<OwnerNumber> {
        self.successors..self.list.len() as OwnerNumber
    }

    /// Who holds the owner's money on the day.
    pub(super) fn holder(&self, owner: OwnerNumber, day: Date) -> OwnerNumber {
        match self.get(owner).successor {
            Some(successor) if day >= MERGER => successor,
            _ => owner,
        }
    }
}

/// The unit of the new map that holds the seat of the district: its township, or the first ward of a city.
fn seat(province: &Province, district: u8) -> u8 {
    let mut units =
        province.communes.iter().map(|commune| &commune.unit).filter(|unit| unit.district == district);
    let town = units.clone().find(|unit| unit.kind != Kind::Rural);
    town.or_else(|| units.next()).map_or(0, |unit| unit.successor_at)
}
