# ruff: noqa: E501 (tables)
"""The common fields of MARC 21 for bibliographic data: names, indicators, subfields. Data, and how it is looked up.

A line is tag | R or NR | first indicators | second indicators | name | subfields. ``_`` is a blank; ``!`` before a
subfield says that it is not repeatable. Every data field may have $6 (linkage) and $8 (field link).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

_FIELDS = """
001|NR|||Control number|
003|NR|||Control number identifier|
005|NR|||Date and time of latest transaction|
006|R|||Additional material characteristics|
007|R|||Physical description fixed field|
008|NR|||Fixed-length data elements|
010|NR|_|_|Library of Congress control number|!a LC control number;b NUCMC control number;z Cancelled or invalid number
013|R|_|_|Patent control information|!a Number;!b Country;!c Type of number;d Date;e Status;f Party to document
015|R|_|_|National bibliography number|a National bibliography number;q Qualifying information;z Cancelled or invalid number;!2 Source
016|R|_7|_|National bibliographic agency control number|!a Record control number;z Cancelled or invalid number;!2 Source
017|R|_|_8|Copyright or legal deposit number|a Number;!b Assigning agency;!d Date;!i Display text;z Cancelled or invalid number;!2 Source
018|NR|_|_|Copyright article-fee code|a Article-fee code
020|R|_|_|International Standard Book Number (ISBN)|!a ISBN;!c Terms of availability;q Qualifying information;z Cancelled or invalid ISBN
022|R|_01|_|International Standard Serial Number (ISSN)|!a ISSN;!l ISSN-L;m Cancelled ISSN-L;y Incorrect ISSN;z Cancelled ISSN;0 Authority record control number or standard number;1 Real World Object URI;!2 Source
024|R|0123478|_01|Other standard identifier|!a Standard number or code;!c Terms of availability;!d Additional codes;q Qualifying information;z Cancelled or invalid number;!2 Source of number or code;0 Authority record control number or standard number;1 Real World Object URI
025|R|_|_|Overseas acquisition number|a Overseas acquisition number
026|R|_|_|Fingerprint identifier|!a First and second groups;!b Third and fourth groups;!c Date;d Number of volume or part;!e Unparsed fingerprint;!2 Source;5 Institution
027|R|_|_|Standard technical report number|!a Standard technical report number;q Qualifying information;z Cancelled or invalid number
028|R|0123456|0123|Publisher or distributor number|!a Number;!b Source;q Qualifying information
030|R|_|_|CODEN designation|!a CODEN;z Cancelled or invalid CODEN
031|R|_|_|Musical incipits information|!a Number of work;!b Number of movement;!c Number of excerpt;d Caption or heading;!e Role;!g Clef;!m Voice or instrument;!n Key signature;!o Time signature;!p Musical notation;q General note;!r Key or mode;s Coded validity note;t Text incipit;u Uniform Resource Identifier;y Link text;z Public note;!2 System code
032|R|_|_|Postal registration number|!a Postal registration number;!b Source agency
033|R|_012|_012|Date, time and place of an event|a Formatted date and time;b Geographic classification area code;c Geographic classification subarea code;p Place of event;0 Record control number;1 Real World Object URI;2 Source;!3 Materials specified
034|R|013|_01|Coded cartographic mathematical data|!a Category of scale;b Constant ratio linear horizontal scale;c Constant ratio linear vertical scale;!d Coordinates, westernmost longitude;!e Coordinates, easternmost longitude;!f Coordinates, northernmost latitude;!g Coordinates, southernmost latitude;h Angular scale;!j Declination, northern limit;!k Declination, southern limit;!m Right ascension, eastern limit;!n Right ascension, western limit;!p Equinox;!r Distance from earth;s G-ring latitude;t G-ring longitude;!x Beginning date;!y Ending date;!z Name of extraterrestrial body;0 Authority record control number;1 Real World Object URI;!2 Source;!3 Materials specified
035|R|_9|_|System control number|!a System control number;z Cancelled or invalid control number
036|NR|_|_|Original study number for computer data files|!a Original study number;!b Source agency
037|R|_23|_|Source of acquisition|!a Stock number;!b Source;c Terms of availability;f Form of issue;g Additional format characteristics;n Note;!3 Materials specified;5 Institution
038|NR|_|_|Record content licensor|!a Record content licensor
040|NR|_|_|Cataloging source|!a Original cataloging agency;!b Language of cataloging;!c Transcribing agency;d Modifying agency;e Description conventions
041|R|_01|_7|Language code|a Language code of text or sound track;b Language code of summary or abstract;d Language code of sung or spoken text;e Language code of librettos;f Language code of table of contents;g Language code of accompanying material;h Language code of original;i Language code of intertitles;j Language code of subtitles;k Language code of intermediate translations;m Language code of original accompanying materials;n Language code of original libretto;p Language code of captions;q Language code of accessible audio;r Language code of accessible visual language;t Language code of accompanying transcripts;!2 Source of code
042|NR|_|_|Authentication code|a Authentication code
043|NR|_|_|Geographic area code|a Geographic area code;b Local GAC code;c ISO code;0 Authority record control number;1 Real World Object URI;2 Source of local code
044|NR|_|_|Country of publishing or producing entity code|a MARC country code;b Local subentity code;c ISO country code;2 Source of local subentity code
045|NR|_012|_|Time period of content|a Time period code;b Formatted 9999 B.C. through C.E. time period;c Formatted pre-9999 B.C. time period
046|R|_123|_|Special coded dates|!a Type of date code;!b Date 1, B.C. date;!c Date 1, C.E. date;!d Date 2, B.C. date;!e Date 2, C.E. date;!j Date resource modified;!k Beginning or single date created;!l Ending date created;!m Beginning of date valid;!n End of date valid;!o Single or starting date for aggregated content;!p Ending date for aggregated content;!2 Source of date;!3 Materials specified
047|R|_|_7|Form of musical composition code|a Form of musical composition code;!2 Source of code
048|R|_|_7|Number of musical instruments or voices code|a Performer or ensemble;b Soloist;!2 Source of code
050|R|_01|_04|Library of Congress call number|a Classification number;!b Item number;0 Record control number;1 Real World Object URI;!3 Materials specified
051|R|_|_|Library of Congress copy, issue, offprint statement|!a Classification number;!b Item number;!c Copy information
052|R|_17|_|Geographic classification|!a Geographic classification area code;b Geographic classification subarea code;d Populated place name;0 Record control number;1 Real World Object URI;!2 Code source
055|R|_01|0123456789|Classification numbers assigned in Canada|!a Classification number;!b Item number;0 Record control number;1 Real World Object URI;!2 Source of call or class number
060|R|_01|_04|National Library of Medicine call number|a Classification number;!b Item number;0 Record control number;1 Real World Object URI
066|NR|_|_|Character sets present|!a Primary G0 character set;!b Primary G1 character set;c Alternate G0 or G1 character set
070|R|01|_|National Agricultural Library call number|a Classification number;!b Item number;0 Record control number;1 Real World Object URI
072|R|_|07|Subject category code|!a Subject category code;x Subject category code subdivision;!2 Source
074|R|_|_|GPO item number|!a GPO item number;z Cancelled or invalid number
080|R|_01|_|Universal Decimal Classification number|!a UDC number;!b Item number;x Common auxiliary subdivision;0 Record control number;1 Real World Object URI;!2 Edition identifier
082|R|017|_04|Dewey Decimal Classification number|a Classification number;!b Item number;!m Standard or optional designation;!q Assigning agency;!2 Edition information
083|R|017|_|Additional Dewey Decimal Classification number|a Classification number;c Classification number, ending number of span;!m Standard or optional designation;!q Assigning agency;y Table sequence number;z Table identification;!2 Edition information
084|R|_|_|Other classification number|a Classification number;!b Item number;!q Assigning agency;0 Record control number;1 Real World Object URI;!2 Number source
086|R|_01|_|Government document classification number|!a Classification number;z Cancelled or invalid number;0 Record control number;1 Real World Object URI;!2 Number source
088|R|_|_|Report number|!a Report number;z Cancelled or invalid number
100|NR|013|_|Main entry: personal name|!a Personal name;!b Numeration;c Titles and other words associated with a name;!d Dates;e Relator term;!f Date of a work;g Miscellaneous information;j Attribution qualifier;k Form subheading;!l Language of a work;n Number of part or section;p Name of part or section;!q Fuller form of name;!t Title of a work;!u Affiliation;0 Authority record control number;1 Real World Object URI;!2 Source of heading or term;4 Relationship
110|NR|012|_|Main entry: corporate name|!a Corporate or jurisdiction name;b Subordinate unit;c Location of meeting;d Date of meeting or treaty signing;e Relator term;!f Date of a work;g Miscellaneous information;k Form subheading;!l Language of a work;n Number of part, section or meeting;p Name of part or section;!t Title of a work;!u Affiliation;0 Authority record control number;1 Real World Object URI;!2 Source of heading or term;4 Relationship
111|NR|012|_|Main entry: meeting name|!a Meeting or jurisdiction name;c Location of meeting;d Date of meeting;e Subordinate unit;!f Date of a work;g Miscellaneous information;j Relator term;k Form subheading;!l Language of a work;n Number of part, section or meeting;p Name of part or section;!q Name of meeting following jurisdiction;!t Title of a work;!u Affiliation;0 Authority record control number;1 Real World Object URI;!2 Source of heading or term;4 Relationship
130|NR|0123456789|_|Main entry: uniform title|!a Uniform title;d Date of treaty signing;!f Date of a work;g Miscellaneous information;!h Medium;k Form subheading;!l Language of a work;m Medium of performance;n Number of part or section;!o Arranged statement;p Name of part or section;!r Key;s Version;!t Title of a work;0 Authority record control number;1 Real World Object URI;!2 Source of heading or term
210|R|01|_0|Abbreviated title|!a Abbreviated title;!b Qualifying information;2 Source
222|R|_|0123456789|Key title|!a Key title;!b Qualifying information
240|NR|01|0123456789|Uniform title|!a Uniform title;d Date of treaty signing;!f Date of a work;g Miscellaneous information;!h Medium;k Form subheading;!l Language of a work;m Medium of performance;n Number of part or section;!o Arranged statement;p Name of part or section;!r Key;s Version;0 Authority record control number;1 Real World Object URI;!2 Source of heading or term
242|R|01|0123456789|Translation of title by cataloging agency|!a Title;!b Remainder of title;!c Statement of responsibility;!h Medium;n Number of part or section;p Name of part or section;!y Language code of translated title
243|NR|01|0123456789|Collective uniform title|!a Uniform title;d Date of treaty signing;!f Date of a work;g Miscellaneous information;!h Medium;k Form subheading;!l Language of a work;m Medium of performance;n Number of part or section;!o Arranged statement;p Name of part or section;!r Key;s Version
245|NR|01|0123456789|Title statement|!a Title;!b Remainder of title;!c Statement of responsibility;!f Inclusive dates;!g Bulk dates;!h Medium;k Form;n Number of part or section;p Name of part or section;!s Version
246|R|0123|_012345678|Varying form of title|!a Title proper or short title;!b Remainder of title;!f Date or sequential designation;g Miscellaneous information;!h Medium;!i Display text;n Number of part or section;p Name of part or section;5 Institution
247|R|01|01|Former title|!a Title;!b Remainder of title;!f Date or sequential designation;g Miscellaneous information;!h Medium;n Number of part or section;p Name of part or section;!x ISSN
250|R|_|_|Edition statement|!a Edition statement;!b Remainder of edition statement;!3 Materials specified
251|R|_|_|Version information|a Version;0 Authority record control number;1 Real World Object URI;!2 Source;!3 Materials specified
254|NR|_|_|Musical presentation statement|!a Musical presentation statement
255|R|_|_|Cartographic mathematical data|!a Statement of scale;!b Statement of projection;!c Statement of coordinates;!d Statement of zone;!e Statement of equinox;!f Outer G-ring coordinate pairs;!g Exclusion G-ring coordinate pairs
256|NR|_|_|Computer file characteristics|!a Computer file characteristics
257|R|_|_|Country of producing entity|a Country of producing entity;0 Authority record control number;1 Real World Object URI;!2 Source
258|R|_|_|Philatelic issue data|!a Issuing jurisdiction;!b Denomination
260|R|_23|_|Publication, distribution, etc. (imprint)|a Place of publication;b Name of publisher;c Date of publication;e Place of manufacture;f Manufacturer;g Date of manufacture;!3 Materials specified
263|NR|_|_|Projected publication date|!a Projected publication date
264|R|_23|01234|Production, publication, distribution, manufacture and copyright notice|a Place;b Name;c Date;!3 Materials specified
300|R|_|_|Physical description|a Extent;!b Other physical details;c Dimensions;!e Accompanying material;f Type of unit;g Size of unit;!3 Materials specified
306|NR|_|_|Playing time|a Playing time
307|R|_8|_|Hours, etc.|!a Hours;!b Additional information
310|R|_|_|Current publication frequency|!a Current publication frequency;!b Date of current publication frequency;!0 Authority record control number;1 Real World Object URI;!2 Source
321|R|_|_|Former publication frequency|!a Former publication frequency;!b Dates of former publication frequency;!0 Authority record control number;1 Real World Object URI;!2 Source
336|R|_|_|Content type|a Content type term;b Content type code;0 Authority record control number;1 Real World Object URI;!2 Source;!3 Materials specified
337|R|_|_|Media type|a Media type term;b Media type code;0 Authority record control number;1 Real World Object URI;!2 Source;!3 Materials specified
338|R|_|_|Carrier type|a Carrier type term;b Carrier type code;0 Authority record control number;1 Real World Object URI;!2 Source;!3 Materials specified
340|R|_|_|Physical medium|a Material base and configuration;b Dimensions;c Materials applied to surface;d Information recording technique;e Support;f Reduction ratio value;g Color content;h Location within medium;i Technical specifications of medium;j Generation;k Layout;l Binding;m Book format;n Font size;o Polarity;p Illustrative content;q Reduction ratio designator;0 Authority record control number;1 Real World Object URI;!2 Source;!3 Materials specified
344|R|_|_|Sound characteristics|a Type of recording;b Recording medium;c Playing speed;d Groove characteristic;e Track configuration;f Tape configuration;g Configuration of playback channels;h Special playback characteristics;0 Authority record control number;1 Real World Object URI;!2 Source;!3 Materials specified
345|R|_|_|Moving image characteristics|a Presentation format;b Projection speed;c Aspect ratio value;d Aspect ratio designator;0 Authority record control number;1 Real World Object URI;!2 Source;!3 Materials specified
346|R|_|_|Video characteristics|a Video format;b Broadcast standard;0 Authority record control number;1 Real World Object URI;!2 Source;!3 Materials specified
347|R|_|_|Digital file characteristics|a File type;b Encoding format;c File size;d Resolution;e Regional encoding;f Encoded bitrate;0 Authority record control number;1 Real World Object URI;!2 Source;!3 Materials specified
348|R|_|_|Notated music characteristics|a Format of notated music term;b Format of notated music code;c Form of musical notation term;d Form of musical notation code;0 Authority record control number;1 Real World Object URI;!2 Source;!3 Materials specified
351|R|_|_|Organization and arrangement of materials|a Organization;b Arrangement;!c Hierarchical level;!3 Materials specified
362|R|01|_|Dates of publication or sequential designation|!a Dates of publication or sequential designation;!z Source of information
370|R|_|_|Associated place|c Associated country;f Other associated place;g Place of origin of work or expression;i Relationship information;s Start period;t End period;u Uniform Resource Identifier;v Source of information;0 Authority record control number;1 Real World Object URI;!2 Source of term;!3 Materials specified;4 Relationship
377|R|_|_7|Associated language|a Language code;l Language term;0 Authority record control number;1 Real World Object URI;!2 Source;!3 Materials specified
380|R|_|_|Form of work|a Form of work;0 Record control number;1 Real World Object URI;!2 Source of term;!3 Materials specified
381|R|_|_|Other distinguishing characteristics of work or expression|a Other distinguishing characteristic;u Uniform Resource Identifier;v Source of information;0 Record control number;1 Real World Object URI;!2 Source of term
382|R|_01|_01|Medium of performance|a Medium of performance;b Soloist;d Doubling instrument;e Number of ensembles of the same type;n Number of performers of the same medium;p Alternative medium of performance;!r Total number of individuals performing alongside ensembles;!s Total number of performers;!t Total number of ensembles;v Note;0 Authority record control number;1 Real World Object URI;!2 Source of term;!3 Materials specified
383|R|_|_|Numeric designation of musical work or expression|a Serial number;b Opus number;c Thematic index number;!d Thematic index code;!e Publisher associated with opus number;!2 Source;!3 Materials specified
384|NR|_01|_|Key|!a Key;!3 Materials specified
385|R|_|_|Audience characteristics|a Audience term;b Audience code;!m Demographic group term;!n Demographic group code;0 Authority record control number;1 Real World Object URI;!2 Source;!3 Materials specified
386|R|_|_|Creator or contributor characteristics|a Term;b Code;i Relationship information;!m Demographic group term;!n Demographic group code;0 Authority record control number;1 Real World Object URI;!2 Source;!3 Materials specified;4 Relationship
388|R|_12|_|Time period of creation|a Time period of creation term;0 Authority record control number;1 Real World Object URI;!2 Source of term;!3 Materials specified
440|R|_|0123456789|Series statement and added entry: title (obsolete)|!a Title;n Number of part or section;p Name of part or section;!v Volume or sequential designation;w Bibliographic record control number;!x ISSN;0 Authority record control number
490|R|01|_|Series statement|a Series statement;!l Library of Congress call number;v Volume or sequential designation;x ISSN;y Incorrect ISSN;z Cancelled ISSN;!3 Materials specified
500|R|_|_|General note|!a General note;!3 Materials specified;5 Institution
501|R|_|_|With note|!a With note;5 Institution
502|R|_|_|Dissertation note|!a Dissertation note;!b Degree type;!c Name of granting institution;!d Year degree granted;g Miscellaneous information;o Dissertation identifier
504|R|_|_|Bibliography, etc. note|!a Bibliography note;!b Number of references
505|R|0128|_0|Formatted contents note|!a Formatted contents note;g Miscellaneous information;r Statement of responsibility;t Title;u Uniform Resource Identifier
506|R|_01|_|Restrictions on access note|!a Terms governing access;b Jurisdiction;c Physical access provisions;d Authorized users;e Authorization;f Standardized terminology for access restriction;!g Availability date;q Supplying agency;u Uniform Resource Identifier;!2 Source of term;!3 Materials specified;5 Institution
507|NR|_|_|Scale note for visual materials|!a Representative fraction of scale;!b Remainder of scale note
508|R|_|_|Creation or production credits note|!a Creation or production credits note
510|R|01234|_|Citation or references note|!a Name of source;!b Coverage of source;!c Location within source;u Uniform Resource Identifier;!x ISSN;!3 Materials specified
511|R|01|_|Participant or performer note|!a Participant or performer note
513|R|_|_|Type of report and period covered note|!a Type of report;!b Period covered
514|NR|_|_|Data quality note|z Display note;!a Attribute accuracy report;u Uniform Resource Identifier
515|R|_|_|Numbering peculiarities note|!a Numbering peculiarities note
516|R|_8|_|Type of computer file or data note|!a Type of computer file or data note
518|R|_|_|Date, time and place of an event note|!a Date, time and place of an event;d Date of event;o Other event information;p Place of event;0 Record control number;1 Real World Object URI;2 Source of term;!3 Materials specified
520|R|_012348|_|Summary, etc.|!a Summary;!b Expansion of summary note;!c Assigning source;u Uniform Resource Identifier;!2 Source;!3 Materials specified
521|R|_012348|_|Target audience note|a Target audience note;!b Source;!3 Materials specified
522|R|_8|_|Geographic coverage note|!a Geographic coverage note
524|R|_8|_|Preferred citation of described materials note|!a Preferred citation;!2 Source of schema used;!3 Materials specified
525|R|_|_|Supplement note|!a Supplement note
526|R|08|_|Study program information note|!a Program name;!b Interest level;!c Reading level;!d Title point value;!i Display text;x Nonpublic note;z Public note;5 Institution
530|R|_|_|Additional physical form available note|!a Additional physical form available note;!b Availability source;!c Availability conditions;!d Order number;u Uniform Resource Identifier;!3 Materials specified
532|R|0128|_|Accessibility note|!a Summary of accessibility;!3 Materials specified
533|R|_|_|Reproduction note|!a Type of reproduction;b Place of reproduction;c Agency responsible for reproduction;!d Date of reproduction;!e Physical description of reproduction;f Series statement of reproduction;m Dates of publication of issues reproduced;n Note about reproduction;!3 Materials specified;!5 Institution;!7 Fixed-length data elements of reproduction
534|R|_|_|Original version note|!a Main entry of original;!b Edition statement of original;!c Publication of original;!e Physical description of original;f Series statement of original;k Key title of original;!l Location of original;!m Material specific details;n Note about original;o Other resource identifier;!p Introductory phrase;!t Title statement of original;x ISSN;z ISBN;!3 Materials specified
535|R|12|_|Location of originals or duplicates note|!a Custodian;b Postal address;c Country;d Telecommunications address;!g Repository location code;!3 Materials specified
536|R|_|_|Funding information note|!a Text of note;b Contract number;c Grant number;d Undifferentiated number;e Program element number;f Project number;g Task number;h Work unit number
538|R|_|_|System details note|!a System details note;!i Display text;u Uniform Resource Identifier;!3 Materials specified;5 Institution
540|R|_|_|Terms governing use and reproduction note|!a Terms governing use and reproduction;!b Jurisdiction;!c Authorization;!d Authorized users;f Use and reproduction rights;!g Availability date;q Supplying agency;u Uniform Resource Identifier;!2 Source of term;!3 Materials specified;5 Institution
541|R|_01|_|Immediate source of acquisition note|!a Source of acquisition;!b Address;!c Method of acquisition;!d Date of acquisition;!e Accession number;!f Owner;!h Purchase price;n Extent;o Type of unit;!3 Materials specified;5 Institution
542|R|_01|_|Information relating to copyright status|!a Personal creator;!b Personal creator death date;!c Corporate creator;d Copyright holder;e Copyright holder contact information;f Copyright statement;!g Copyright date;h Copyright renewal date;!i Publication date;!j Creation date;k Publisher;!l Copyright status;!m Publication status;n Note;!o Research date;p Country of publication or creation;!q Supplying agency;!r Jurisdiction of copyright assessment;!s Source of information;u Uniform Resource Identifier;!3 Materials specified
544|R|_01|_|Location of other archival materials note|a Custodian;b Address;c Country;d Title;e Provenance;n Note;!3 Materials specified
545|R|_01|_|Biographical or historical data|!a Biographical or historical data;!b Expansion;u Uniform Resource Identifier
546|R|_|_|Language note|!a Language note;b Information code or alphabet;!3 Materials specified
547|R|_|_|Former title complexity note|!a Former title complexity note
550|R|_|_|Issuing body note|!a Issuing body note
555|R|_08|_|Cumulative index or finding aids note|!a Cumulative index or finding aids note;b Availability source;!c Degree of control;!d Bibliographic reference;u Uniform Resource Identifier;!3 Materials specified
556|R|_8|_|Information about documentation note|!a Information about documentation note;z ISBN
561|R|_01|_|Ownership and custodial history|!a History;u Uniform Resource Identifier;!3 Materials specified;5 Institution
562|R|_|_|Copy and version identification note|a Identifying markings;b Copy identification;c Version identification;d Presentation format;e Number of copies;!3 Materials specified;5 Institution
563|R|_|_|Binding information|!a Binding note;u Uniform Resource Identifier;!3 Materials specified;5 Institution
565|R|_08|_|Case file characteristics note|!a Number of cases or variables;b Name of variable;c Unit of analysis;d Universe of data;e Filing scheme or code;!3 Materials specified
580|R|_|_|Linking entry complexity note|!a Linking entry complexity note;5 Institution
581|R|_8|_|Publications about described materials note|!a Publications about described materials note;z ISBN;!3 Materials specified
583|R|_01|_|Action note|!a Action;b Action identification;c Time or date of action;d Action interval;e Contingency for action;f Authorization;h Jurisdiction;i Method of action;j Site of action;k Action agent;l Status;n Extent;o Type of unit;u Uniform Resource Identifier;x Nonpublic note;z Public note;!2 Source of term;!3 Materials specified;5 Institution
584|R|_|_|Accumulation and frequency of use note|a Accumulation;b Frequency of use;!3 Materials specified;5 Institution
585|R|_|_|Exhibitions note|!a Exhibitions note;!3 Materials specified;5 Institution
586|R|_8|_|Awards note|!a Awards note;!3 Materials specified
588|R|_01|_|Source of description note|!a Source of description note;5 Institution
600|R|013|01234567|Subject added entry: personal name|!a Personal name;!b Numeration;c Titles and other words associated with a name;!d Dates;e Relator term;!f Date of a work;g Miscellaneous information;!h Medium;j Attribution qualifier;k Form subheading;!l Language of a work;m Medium of performance;n Number of part or section;!o Arranged statement;p Name of part or section;!q Fuller form of name;!r Key;s Version;!t Title of a work;!u Affiliation;v Form subdivision;x General subdivision;y Chronological subdivision;z Geographic subdivision;0 Authority record control number;1 Real World Object URI;!2 Source of heading or term;!3 Materials specified;4 Relationship
610|R|012|01234567|Subject added entry: corporate name|!a Corporate or jurisdiction name;b Subordinate unit;c Location of meeting;d Date of meeting or treaty signing;e Relator term;!f Date of a work;g Miscellaneous information;!h Medium;k Form subheading;!l Language of a work;m Medium of performance;n Number of part, section or meeting;!o Arranged statement;p Name of part or section;!r Key;s Version;!t Title of a work;!u Affiliation;v Form subdivision;x General subdivision;y Chronological subdivision;z Geographic subdivision;0 Authority record control number;1 Real World Object URI;!2 Source of heading or term;!3 Materials specified;4 Relationship
611|R|012|01234567|Subject added entry: meeting name|!a Meeting or jurisdiction name;c Location of meeting;d Date of meeting;e Subordinate unit;!f Date of a work;g Miscellaneous information;!h Medium;j Relator term;k Form subheading;!l Language of a work;n Number of part, section or meeting;p Name of part or section;!q Name of meeting following jurisdiction;s Version;!t Title of a work;!u Affiliation;v Form subdivision;x General subdivision;y Chronological subdivision;z Geographic subdivision;0 Authority record control number;1 Real World Object URI;!2 Source of heading or term;!3 Materials specified;4 Relationship
630|R|0123456789|01234567|Subject added entry: uniform title|!a Uniform title;d Date of treaty signing;e Relator term;!f Date of a work;g Miscellaneous information;!h Medium;k Form subheading;!l Language of a work;m Medium of performance;n Number of part or section;!o Arranged statement;p Name of part or section;!r Key;s Version;!t Title of a work;v Form subdivision;x General subdivision;y Chronological subdivision;z Geographic subdivision;0 Authority record control number;1 Real World Object URI;!2 Source of heading or term;!3 Materials specified;4 Relationship
647|R|_|01234567|Subject added entry: named event|!a Named event;c Location of named event;!d Date of named event;g Miscellaneous information;v Form subdivision;x General subdivision;y Chronological subdivision;z Geographic subdivision;0 Authority record control number;1 Real World Object URI;!2 Source of heading or term;!3 Materials specified
648|R|_|01234567|Subject added entry: chronological term|!a Chronological term;v Form subdivision;x General subdivision;y Chronological subdivision;z Geographic subdivision;0 Authority record control number;1 Real World Object URI;!2 Source of heading or term;!3 Materials specified
650|R|_012|01234567|Subject added entry: topical term|!a Topical term or geographic name;!b Topical term following geographic name;!c Location of event;!d Active dates;e Relator term;g Miscellaneous information;v Form subdivision;x General subdivision;y Chronological subdivision;z Geographic subdivision;0 Authority record control number;1 Real World Object URI;!2 Source of heading or term;!3 Materials specified;4 Relationship
651|R|_|01234567|Subject added entry: geographic name|!a Geographic name;e Relator term;g Miscellaneous information;v Form subdivision;x General subdivision;y Chronological subdivision;z Geographic subdivision;0 Authority record control number;1 Real World Object URI;!2 Source of heading or term;!3 Materials specified;4 Relationship
653|R|_012|_0123456|Index term: uncontrolled|a Uncontrolled term;0 Authority record control number;1 Real World Object URI;5 Institution
654|R|_012|_|Subject added entry: faceted topical terms|a Focus term;b Non-focus term;c Facet or hierarchy designation;e Relator term;v Form subdivision;y Chronological subdivision;z Geographic subdivision;0 Authority record control number;1 Real World Object URI;!2 Source of heading or term;!3 Materials specified;4 Relationship
655|R|_0|01234567|Index term: genre or form|!a Genre or form;b Non-focus term;c Facet or hierarchy designation;v Form subdivision;x General subdivision;y Chronological subdivision;z Geographic subdivision;0 Authority record control number;1 Real World Object URI;!2 Source of term;!3 Materials specified;5 Institution
656|R|_|7|Index term: occupation|!a Occupation;!k Form;v Form subdivision;x General subdivision;y Chronological subdivision;z Geographic subdivision;0 Authority record control number;1 Real World Object URI;!2 Source of term;!3 Materials specified
657|R|_|7|Index term: function|!a Function;v Form subdivision;x General subdivision;y Chronological subdivision;z Geographic subdivision;0 Authority record control number;1 Real World Object URI;!2 Source of term;!3 Materials specified
658|R|_|_|Index term: curriculum objective|!a Main curriculum objective;b Subordinate curriculum objective;!c Curriculum code;!d Correlation factor;!2 Source of term
662|R|_|_|Subject added entry: hierarchical place name|a Country or larger entity;!b First-order political jurisdiction;c Intermediate political jurisdiction;!d City;e Relator term;f City subsection;g Other nonjurisdictional region;h Extraterrestrial area;0 Authority record control number;1 Real World Object URI;!2 Source of heading or term;4 Relationship
688|R|_|_7|Subject added entry: type of entity unspecified|!a Name, title or term;e Relator term;g Miscellaneous information;0 Authority record control number;1 Real World Object URI;!2 Source;!3 Materials specified;4 Relationship
700|R|013|_2|Added entry: personal name|!a Personal name;!b Numeration;c Titles and other words associated with a name;!d Dates;e Relator term;!f Date of a work;g Miscellaneous information;!h Medium;i Relationship information;j Attribution qualifier;k Form subheading;!l Language of a work;m Medium of performance;n Number of part or section;!o Arranged statement;p Name of part or section;!q Fuller form of name;!r Key;s Version;!t Title of a work;!u Affiliation;!x ISSN;0 Authority record control number;1 Real World Object URI;!2 Source of heading or term;!3 Materials specified;4 Relationship;5 Institution
710|R|012|_2|Added entry: corporate name|!a Corporate or jurisdiction name;b Subordinate unit;c Location of meeting;d Date of meeting or treaty signing;e Relator term;!f Date of a work;g Miscellaneous information;!h Medium;i Relationship information;k Form subheading;!l Language of a work;m Medium of performance;n Number of part, section or meeting;!o Arranged statement;p Name of part or section;!r Key;s Version;!t Title of a work;!u Affiliation;!x ISSN;0 Authority record control number;1 Real World Object URI;!2 Source of heading or term;!3 Materials specified;4 Relationship;5 Institution
711|R|012|_2|Added entry: meeting name|!a Meeting or jurisdiction name;c Location of meeting;d Date of meeting;e Subordinate unit;!f Date of a work;g Miscellaneous information;!h Medium;i Relationship information;j Relator term;k Form subheading;!l Language of a work;n Number of part, section or meeting;p Name of part or section;!q Name of meeting following jurisdiction;s Version;!t Title of a work;!u Affiliation;!x ISSN;0 Authority record control number;1 Real World Object URI;!2 Source of heading or term;!3 Materials specified;4 Relationship;5 Institution
720|R|_12|_|Added entry: uncontrolled name|!a Name;e Relator term;4 Relationship
730|R|0123456789|_2|Added entry: uniform title|!a Uniform title;d Date of treaty signing;!f Date of a work;g Miscellaneous information;!h Medium;i Relationship information;k Form subheading;!l Language of a work;m Medium of performance;n Number of part or section;!o Arranged statement;p Name of part or section;!r Key;s Version;!t Title of a work;!x ISSN;0 Authority record control number;1 Real World Object URI;!2 Source of heading or term;!3 Materials specified;4 Relationship;5 Institution
740|R|0123456789|_2|Added entry: uncontrolled related or analytical title|!a Uncontrolled related or analytical title;!h Medium;n Number of part or section;p Name of part or section;5 Institution
751|R|_|_|Added entry: geographic name|!a Geographic name;e Relator term;g Miscellaneous information;0 Authority record control number;1 Real World Object URI;!2 Source of heading or term;!3 Materials specified;4 Relationship
752|R|_|_|Added entry: hierarchical place name|a Country or larger entity;!b First-order political jurisdiction;c Intermediate political jurisdiction;!d City;e Relator term;f City subsection;g Other nonjurisdictional region;h Extraterrestrial area;0 Authority record control number;1 Real World Object URI;!2 Source of heading or term;4 Relationship
753|R|_|_|System details access to computer files|!a Make and model of machine;!b Programming language;!c Operating system;0 Authority record control number;1 Real World Object URI;!2 Source of term
754|R|_|_|Added entry: taxonomic identification|a Taxonomic name;c Taxonomic category;d Common or alternative name;x Non-public note;z Public note;0 Authority record control number;1 Real World Object URI;!2 Source of taxonomic identification
758|R|_|_|Resource identifier|!a Label;i Relationship information;0 Authority record control number;1 Real World Object URI;!3 Materials specified;4 Relationship;5 Institution
760|R|01|_8|Main series entry|=link
762|R|01|_8|Subseries entry|=link
765|R|01|_8|Original language entry|=link
767|R|01|_8|Translation entry|=link
770|R|01|_8|Supplement or special issue entry|=link
772|R|01|_08|Supplement parent entry|=link
773|R|01|_8|Host item entry|=link
774|R|01|_8|Constituent unit entry|=link
775|R|01|_8|Other edition entry|=link
776|R|01|_8|Additional physical form entry|=link
777|R|01|_8|Issued with entry|=link
780|R|01|01234567|Preceding entry|=link
785|R|01|012345678|Succeeding entry|=link
786|R|01|_8|Data source entry|=link
787|R|01|_8|Other relationship entry|=link
800|R|013|_|Series added entry: personal name|!a Personal name;!b Numeration;c Titles and other words associated with a name;!d Dates;e Relator term;!f Date of a work;g Miscellaneous information;!h Medium;j Attribution qualifier;k Form subheading;!l Language of a work;m Medium of performance;n Number of part or section;!o Arranged statement;p Name of part or section;!q Fuller form of name;!r Key;s Version;!t Title of a work;!u Affiliation;!v Volume;w Bibliographic record control number;!x ISSN;0 Authority record control number;1 Real World Object URI;!2 Source of heading or term;!3 Materials specified;4 Relationship;5 Institution;!7 Control subfield
810|R|012|_|Series added entry: corporate name|!a Corporate or jurisdiction name;b Subordinate unit;c Location of meeting;d Date of meeting or treaty signing;e Relator term;!f Date of a work;g Miscellaneous information;!h Medium;k Form subheading;!l Language of a work;m Medium of performance;n Number of part, section or meeting;!o Arranged statement;p Name of part or section;!r Key;s Version;!t Title of a work;!u Affiliation;!v Volume;w Bibliographic record control number;!x ISSN;0 Authority record control number;1 Real World Object URI;!2 Source of heading or term;!3 Materials specified;4 Relationship;5 Institution;!7 Control subfield
811|R|012|_|Series added entry: meeting name|!a Meeting or jurisdiction name;c Location of meeting;d Date of meeting;e Subordinate unit;!f Date of a work;g Miscellaneous information;!h Medium;j Relator term;k Form subheading;!l Language of a work;n Number of part, section or meeting;p Name of part or section;!q Name of meeting following jurisdiction;s Version;!t Title of a work;!u Affiliation;!v Volume;w Bibliographic record control number;!x ISSN;0 Authority record control number;1 Real World Object URI;!2 Source of heading or term;!3 Materials specified;4 Relationship;5 Institution;!7 Control subfield
830|R|_|0123456789|Series added entry: uniform title|!a Uniform title;d Date of treaty signing;!f Date of a work;g Miscellaneous information;!h Medium;k Form subheading;!l Language of a work;m Medium of performance;n Number of part or section;!o Arranged statement;p Name of part or section;!r Key;s Version;!t Title of a work;!v Volume;w Bibliographic record control number;!x ISSN;0 Authority record control number;1 Real World Object URI;!2 Source of heading or term;!3 Materials specified;5 Institution;!7 Control subfield
841|NR|||Holdings coded data values|
842|NR|_|_|Textual physical form designator|!a Textual physical form designator
850|R|_|_|Holding institution|a Holding institution
852|R|_012345678|_012|Location|!a Location;b Sublocation or collection;c Shelving location;d Former shelving location;e Address;f Coded location qualifier;g Non-coded location qualifier;!h Classification part;i Item part;!j Shelving control number;k Call number prefix;!l Shelving form of title;m Call number suffix;!n Country code;!p Piece designation;!q Piece physical condition;s Copyright article-fee code;!t Copy number;u Uniform Resource Identifier;x Nonpublic note;z Public note;!2 Source of classification;!3 Materials specified
856|R|_012347|_01238|Electronic location and access|a Host name;c Compression information;d Path;f Electronic name;g Persistent identifier;h Non-functioning Uniform Resource Identifier;l Standardized information governing access;m Contact for access assistance;n Terms governing access;!o Operating system;!p Port;q Electronic format type;r Standardized information governing use;s File size;t Terms governing use;u Uniform Resource Identifier;v Hours access method available;w Record control number;x Nonpublic note;y Link text;z Public note;!2 Access method;!3 Materials specified;7 Access status
880|R|*|*|Alternate graphic representation|*
883|R|_012|_|Metadata provenance|!a Creation process;!c Confidence value;!d Creation date;!q Assigning or generating agency;!x Validity end date;u Uniform Resource Identifier;w Bibliographic record control number;0 Authority record control number;1 Real World Object URI
884|R|_|_|Description conversion information|!a Conversion process;!g Conversion date;!k Identifier of source metadata;!q Conversion agency;u Uniform Resource Identifier
885|R|_|_|Matching information|!a Matching information;!b Status of matching and its checking;!c Confidence value;!d Generation date;w Record control number;x Nonpublic note;z Public note;0 Authority record control number;1 Real World Object URI;!2 Source;5 Institution
886|R|012|*|Foreign MARC information field|*
887|R|_|_|Non-MARC information field|!a Content of non-MARC field;!2 Source of data
"""
_SHARED = {
    "=link": "!a Main entry heading;!b Edition;!c Qualifying information;!d Place, publisher and date of publication;"
    "e Language code;f Country code;g Related parts;!h Physical description;i Relationship information;"
    "k Series data for related item;!l Call number;!m Material-specific details;n Note;o Other item identifier;"
    "!p Abbreviated title;!q Enumeration and first page;r Report number;!s Uniform title;!t Title;"
    "!u Standard Technical Report Number;w Record control number;!x ISSN;!y CODEN designation;z ISBN;"
    "!2 Source of code;!3 Materials specified;4 Relationship;5 Institution;!7 Control subfield"
}
_EVERYWHERE = "!6 Linkage;8 Field link and sequence number"
_ANY = "*"


@dataclass(frozen=True, slots=True)
class SubfieldRule:
    """What the standard says of a subfield."""

    name: str
    repeatable: bool


@dataclass(frozen=True, slots=True)
class FieldRule:
    """What the standard says of a field. ``indicators`` has the characters allowed in each place, None for any."""

    tag: str
    name: str
    repeatable: bool
    indicators: tuple[str | None, str | None]
    subfields: dict[str, SubfieldRule] | None  # None: any

    @property
    def is_control(self) -> bool:
        """Whether it has neither indicators nor subfields."""
        return self.tag < "010"


def rule(tag: str) -> FieldRule | None:
    """What the standard says of the fields of a tag; None where this table has none."""
    return rules().get(tag)


def is_local(tag: str) -> bool:
    """Whether the standard leaves the tag to each library: 9XX, X9X, XX9."""
    return "9" in tag and tag[:2] != "00"


@cache
def rules() -> dict[str, FieldRule]:
    """All rules by tag."""
    return {found.tag: found for found in map(_rule, _FIELDS.strip().splitlines())}


def _rule(line: str) -> FieldRule:
    tag, repeatable, first, second, name, subfields = line.split("|")
    return FieldRule(tag, name, repeatable == "R", (_places(first), _places(second)), _subfields(subfields))


def _places(allowed: str) -> str | None:
    return None if allowed == _ANY else allowed.replace("_", " ")


def _subfields(stated: str) -> dict[str, SubfieldRule] | None:
    if stated == _ANY:
        return None
    entries = f"{_SHARED.get(stated, stated)};{_EVERYWHERE}".strip(";").split(";")
    marked = ((each.removeprefix("!"), not each.startswith("!")) for each in entries)
    return {each[0]: SubfieldRule(each[2:], repeatable) for each, repeatable in marked}
