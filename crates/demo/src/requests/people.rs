//! Invented people. Everybody's family name is *Mẫu* ("specimen"), so that nobody is taken for a real person.

use crate::{
    days::days_before,
    dice::{Dice, Purpose},
};
use api::poverty::Sex;
use kernel::Date;

/// Second and third syllables: words for places, plants and weather, borne by men and women.
const SYLLABLES: [&str; 40] = [
    "An", "Bách", "Bình", "Châu", "Chi", "Dương", "Đào", "Đông", "Giang", "Hà", "Hải", "Hạ", "Hoa", "Khê",
    "Lam", "Lâm", "Linh", "Mai", "Mây", "Minh", "Nam", "Ngân", "Ngọc", "Nguyên", "Nhật", "Phong", "Phương",
    "Quế", "Sơn", "Tâm", "Thanh", "Thảo", "Thu", "Thủy", "Trúc", "Tùng", "Vân", "Việt", "Xuân", "Yên",
];

/// What is recorded of a member.
#[derive(Clone, Debug)]
pub(super) struct Person {
    pub(super) full_name: String,
    pub(super) birth_date: String,
    pub(super) sex: Sex,
    pub(super) head: bool,
}

/// The members of a household on the day: the head, mostly a spouse, children, and old parents in large households.
pub(super) fn household(seed: u64, household: u32, size: u8, day: Date) -> Vec<Person> {
    let mut dice = dice(seed, household, 0);
    let head_age = dice.between(22, 66);
    let head_sex = if dice.chance(820) { Sex::Male } else { Sex::Female };
    let other_sex = if head_sex == Sex::Male { Sex::Female } else { Sex::Male };
    let mut people = Vec::with_capacity(usize::from(size));
    for number in 0..size {
        let (age, sex) = match number {
            0 => (head_age, head_sex),
            1 if dice.chance(880) => {
                (dice.between(head_age.saturating_sub(5).max(18), head_age + 3), other_sex)
            }
            5.. if head_age < 50 && dice.chance(400) => (head_age + dice.between(18, 28), any_sex(&mut dice)),
            _ => (dice.below(head_age.saturating_sub(17).min(30)), any_sex(&mut dice)),
        };
        people.push(person(&mut dice, age, sex, day, number == 0));
    }
    people
}

/// A child born on the day.
pub(super) fn newborn(seed: u64, household: u32, member: u8, day: Date) -> Person {
    let mut dice = dice(seed, household, member);
    let sex = any_sex(&mut dice);
    Person { full_name: name(&mut dice), birth_date: day.to_string(), sex, head: false }
}

/// A grown-up who joins the household.
pub(super) fn adult(seed: u64, household: u32, member: u8, day: Date) -> Person {
    let mut dice = dice(seed, household, member);
    let (age, sex) = (dice.between(18, 29), any_sex(&mut dice));
    person(&mut dice, age, sex, day, false)
}

fn dice(seed: u64, household: u32, member: u8) -> Dice {
    Dice::new(seed, Purpose::Members, u64::from(household) << 8 | u64::from(member))
}

fn any_sex(dice: &mut Dice) -> Sex {
    if dice.chance(500) { Sex::Female } else { Sex::Male }
}

fn person(dice: &mut Dice, age: u32, sex: Sex, day: Date, head: bool) -> Person {
    let birth = days_before(day, age * 365 + age / 4 + dice.below(365));
    // Of some of the old, only the year is known.
    let birth_date =
        if age > 45 && dice.chance(250) { format!("{:04}", birth.year()) } else { birth.to_string() };
    Person { full_name: name(dice), birth_date, sex, head }
}

fn name(dice: &mut Dice) -> String {
    format!("Mẫu {} {}", dice.pick(&SYLLABLES), dice.pick(&SYLLABLES))
}
