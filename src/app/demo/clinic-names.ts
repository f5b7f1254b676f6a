/** Names to combine at random. No combination stands for anybody. */
export const femaleNames =
  words(`Abigail Adriana Aisha Alma Amara Anita Anneke Beatriz Bridget Camila Carmen Celeste Chiara
  Clara Dalia Daphne Deborah Divya Dolores Edith Elena Elif Esther Farah Fatima Flora Freya Gloria Greta Hana Harriet Helena
  Ines Ingrid Irina Isabel Ivy Joanna Josephine Judith Kavya Keiko Lakshmi Laila Leonie Lucia Mabel Magdalena Marisol Maya
  Meera Miriam Nadia Naomi Nkechi Noor Odette Olga Paloma Petra Priya Rosalind Ruth Sabine Saoirse Selma Shanice Silvia Sofia
  Tamara Teresa Thandi Ursula Valeria Vera Wanda Winifred Yasmin Yolanda Zainab Zoe`);

export const maleNames =
  words(`Aaron Abel Adeyemi Ahmed Alistair Amir Andre Anton Arjun Bartosz Benedict Bruno Caleb Carlos
  Cedric Chidi Cyrus Dario Desmond Diego Dmitri Edgar Eduardo Elias Emeka Emil Enrique Ethan Ezra Felix Finn Gareth Gideon
  Giovanni Hamid Hector Henrik Hiroshi Hugo Ibrahim Ignacio Isaac Ivan Jamal Jasper Joaquin Jonas Julian Karim Kenji Kwame
  Lamar Leif Leon Lorenzo Luka Malik Marcel Mateo Milan Nathaniel Nikolai Omari Oscar Otto Pavel Quentin Rafael Ravi Rohan
  Samuel Santiago Sebastian Stefan Tariq Theodore Tobias Umar Victor Walter Xavier Yusuf Zoltan`);

export const familyNames =
  words(`Abara Ackerley Adeleke Albrecht Almeida Amundsen Arslan Ashdown Baptiste Barragan Beaumont
  Bergstrom Bianchi Blackwood Bouchard Brannigan Calloway Castellano Chaudhry Cisneros Coldwell Corrigan Covarrubias Dalgaard
  Delacroix Desai Dimitrov Drummond Eastwick Ekwueme Engstrom Escobedo Fairbanks Farrow Fenwick Figueroa Fontaine Galloway
  Garnett Ghosh Goldfarb Granger Grzelak Guerrero Halloran Hartigan Hasegawa Hawthorne Hendricks Holloway Huang Ibarra Ibsen
  Iyer Jankowski Jessop Kaminski Karimi Kaur Kessler Kirkland Kovacs Krishnan Lachance Larkin Lindqvist Lombardi Lundgren
  Macready Malhotra Marchetti Mbeki Mendoza Merriweather Molina Montague Moreau Mukherjee Nakamura Navarro Nwosu Oakley
  Obafemi Okafor Olawale Ortega Osterberg Pacheco Palmgren Papadakis Pemberton Petrov Pritchard Quigley Quintero Radcliffe
  Rahimi Ramaswamy Redmond Renner Rinaldi Rosenthal Rousseau Sadler Salazar Sandoval Santoro Schreiber Sedgwick Shapiro
  Silveira Sinclair Sorensen Stavros Sundaram Takahashi Thackeray Thornbury Tremblay Udoka Underhill Valdez Vandermeer Vasquez
  Venkatesan Villanueva Wakefield Weatherby Whitlock Winslow Wojcik Yamamoto Yilmaz Zambrano Zielinski`);

export const streets =
  words(`Alder Birchwood Canal Chapel Clearwater Dogwood Elmhurst Fernhill Foundry Gristmill Hawthorn
  Juniper Kestrel Lantern Larkspur Meadow Millrace Orchard Quarry Ridgeline Saddleback Sycamore Tannery Thistle Viaduct
  Weaver Willow`);

export const streetKinds = ['Street', 'Avenue', 'Lane', 'Road', 'Drive', 'Court', 'Way'];

/** Towns that do not exist, with ZIP codes of a prefix that is not in use. */
export const towns: readonly { readonly name: string; readonly zip: string }[] = [
  { name: 'Millbrook Falls', zip: '62101' },
  { name: 'Harlan Creek', zip: '62102' },
  { name: 'North Tallow', zip: '62104' },
  { name: 'Sluicegate', zip: '62107' },
  { name: 'Penhollow', zip: '62110' },
  { name: 'Vesper Junction', zip: '62113' },
  { name: 'Ottermouth', zip: '62118' },
  { name: 'Bramblewick', zip: '62121' },
  { name: 'Lower Quill', zip: '62126' },
  { name: 'Stonecutter Bay', zip: '62130' },
];

function words(text: string): readonly string[] {
  return text.trim().split(/\s+/);
}
