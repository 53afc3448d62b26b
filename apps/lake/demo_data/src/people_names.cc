#include "people_names.h"

namespace lake::demo_data {
namespace {

// clang-format off
constexpr std::string_view kFirstNames[] = {
  "James", "Maria", "Michael", "Jennifer", "Robert", "Linda", "David", "Patricia", "José", "Elizabeth", "William",
  "Barbara", "Daniel", "Susan", "Thomas", "Jessica", "Carlos", "Sarah", "Christopher", "Karen", "Luis", "Ashley",
  "Matthew", "Emily", "Anthony", "Michelle", "Mark", "Amanda", "Kevin", "Melissa", "Brian", "Stephanie", "Juan",
  "Rebecca", "Jason", "Laura", "Ryan", "Nicole", "Jacob", "Angela", "Eric", "Kimberly", "Miguel", "Rachel", "Justin",
  "Ana", "Brandon", "Sofía", "Tyrone", "Keisha", "Jamal", "Latoya", "DeShawn", "Aaliyah", "Wei", "Mei", "Hiroshi",
  "Yuki", "Arjun", "Priya", "Rahul", "Ananya", "Mohammed", "Fatima", "Omar", "Layla", "Nguyen", "Linh", "Min-jun",
  "Ji-woo", "Olga", "Dmitri", "Piotr", "Agnieszka", "Łukasz", "Zoë", "Chloé", "André", "René", "Renée", "Jürgen",
  "Björn", "Søren", "Åsa", "Ángel", "Iñaki", "Núria", "João", "Conceição", "Siobhán", "Seán", "Nevaeh", "Mateo",
  "Isabella", "Ethan", "Olivia", "Liam", "Emma", "Noah", "Ava",
};

constexpr std::string_view kLastNames[] = {
  "Smith", "Johnson", "Williams", "Brown", "Garcia", "Jones", "Miller", "Davis", "Rodriguez", "Martinez", "Hernández",
  "Lopez", "Gonzalez", "Wilson", "Anderson", "Thomas", "Taylor", "Moore", "Jackson", "Martin", "Lee", "Perez",
  "Thompson", "White", "Harris", "Sanchez", "Clark", "Ramirez", "Lewis", "Robinson", "Walker", "Young", "Allen",
  "King", "Wright", "Scott", "Torres", "Nguyen", "Hill", "Flores", "Green", "Adams", "Nelson", "Baker", "Hall",
  "Rivera", "Campbell", "Mitchell", "Carter", "Roberts", "Gómez", "Phillips", "Evans", "Turner", "Díaz", "Parker",
  "Cruz", "Edwards", "Collins", "Reyes", "Stewart", "Morris", "Morales", "Murphy", "Cook", "Rogers", "Gutiérrez",
  "Ortiz", "Morgan", "Cooper", "Peterson", "Bailey", "Reed", "Kelly", "Howard", "Ramos", "Kim", "Cox", "Ward",
  "Richardson", "Watson", "Brooks", "Chavez", "Wood", "Bennett", "Gray", "Mendoza", "Ruiz", "Hughes", "Price",
  "Álvarez", "Castillo", "Sanders", "Patel", "Myers", "Long", "Ross", "Foster", "Jiménez", "O'Brien", "O'Neill",
  "D'Angelo", "St. John", "Van der Berg", "Müller", "Schröder", "Muñoz", "Peña", "Núñez", "Ibáñez", "Lindström",
  "Sørensen", "Kowalski", "Nowak", "Wójcik", "Dvořák", "Novák", "Petrov", "Ivanova", "Chen", "Wang", "Li", "Zhang",
  "Singh", "Kumar", "Shah", "Iyer", "Khan", "Ahmed", "Hassan", "Okafor", "Adeyemi", "Mbeki", "Tanaka", "Sato", "Park",
  "Choi", "Tran", "Pham", "Lê", "Silva", "Santos", "Gonçalves", "Fitzgerald", "McCarthy", "Smith-Jones",
};

constexpr std::string_view kRecruiters[] = {
  "Dana Whitfield", "Marcus Bell", "Priya Raman", "Tomás Aguilar", "Grace Lindqvist", "Oliver Trent", "Naomi Feldman",
  "Victor Osei", "Hannah Kruger", "Samir Haddad", "Beth O'Hara", "Leon Dubois", "Carla Méndez", "Ian Sutherland",
  "Ruth Abara", "Joel Pruitt", "Mina Takeda", "Wes Calloway", "Elena Vasquez", "Kurt Brandt", "Tessa Novak",
  "Andre Fontaine", "Lucille Grant", "Pavel Sokolov", "Ivy Chandler", "Rashid Karim", "Monica Dell", "Gus Hartley",
  "Farah Aziz", "Colin Murray", "Yara Benítez", "Stefan Ilic", "Josie Marsh", "Desmond Clay", "Akiko Mori",
  "Reid Thornton",
};
// clang-format on

struct Accent {
  std::string_view letter;
  char plain;
};
constexpr Accent kAccents[] = {
    {"á", 'a'}, {"Á", 'a'}, {"å", 'a'}, {"Å", 'a'}, {"ã", 'a'}, {"ç", 'c'},
    {"é", 'e'}, {"ê", 'e'}, {"ë", 'e'}, {"í", 'i'}, {"ñ", 'n'}, {"ó", 'o'},
    {"ö", 'o'}, {"ø", 'o'}, {"ř", 'r'}, {"ú", 'u'}, {"ü", 'u'}, {"Ł", 'l'},
};

}  // namespace

std::span<const std::string_view> FirstNames() { return kFirstNames; }
std::span<const std::string_view> LastNames() { return kLastNames; }
std::span<const std::string_view> Recruiters() { return kRecruiters; }

void AppendMailLetters(std::string_view name, std::string* out) {
  for (size_t at = 0; at < name.size(); ++at) {
    char letter = name[at];
    if (letter >= 'A' && letter <= 'Z') letter = static_cast<char>(letter - 'A' + 'a');
    if ((letter >= 'a' && letter <= 'z') || (letter >= '0' && letter <= '9')) out->push_back(letter);
    for (const Accent& accent : kAccents)
      if (name.substr(at).starts_with(accent.letter)) out->push_back(accent.plain);
  }
}

}  // namespace lake::demo_data
