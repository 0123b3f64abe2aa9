{# Words of people who look for work or were interviewed: English, German, French, Spanish. #}
{% macro candidate_words() -%}
    '\b(hiring|job (offer|opening|interview|application)s?|recruiters?|applied for a job|bewerbung|vorstellungsgespräch|stellenanzeige|entretien d''embauche|offre d''emploi|entrevista de trabajo|oferta de empleo)\b'
{%- endmacro %}

{# Words of people about their employer, in the same languages. #}
{% macro employer_words() -%}
    '\b(employees?|employer|workplace|layoffs?|laid off|salary|salaries|wages|union(ized|ised)?|work[ -]life balance|arbeitgeber|mitarbeiter(in|innen)?|gehalt|kündigungen|betriebsrat|employeurs?|salariés?|licenciements?|empleados?|despidos?|sueldos?)\b'
{%- endmacro %}

{# Words by which an answer says that a machine wrote it, in the same languages. #}
{% macro automatic_words() -%}
    '\bauto[ -]?(repl(y|ies)|respon(se|der))\b|\bthis is an automat(ed|ic)\b|\bautomat(ed|ic) (reply|response|message|answer)\b|\bautomatische (antwort|nachricht)\b|\bréponse automatique\b|\brespuesta automática\b'
{%- endmacro %}
