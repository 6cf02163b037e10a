"""Plain texts in many languages, with the old encodings in which people's files still hold them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Language:
    """A language as files hold it."""

    encodings: tuple[str, ...]
    """The encodings that its files have, those of the system it is written on first."""
    sentences: tuple[str, ...]
    names: tuple[str, ...]
    """Short names, as they stand in the cells of a table."""


WESTERN, CENTRAL, CYRILLIC = ("cp1252",), ("cp1250", "iso8859_2"), ("cp1251", "koi8_r", "cp866", "iso8859_5")

LANGUAGES = {
    "Japanese": Language(
        ("cp932", "euc_jp", "iso2022_jp"),
        (
            "明日の会議は午後三時から二階の会議室で行います。",
            "電車が遅れているため、到着は少し遅くなりそうです。",
            "この資料を読んで、気になる点があれば教えてください。",
            "ホテルの予約を確認してから、お客様に連絡します。",
            "朝ごはんにパンと卵を食べて、コーヒーを飲みました。",
            "新しいソフトウェアの使い方はとても簡単です。",
            "冬になると、この町には雪がたくさん降ります。",
            "データベースの接続に失敗しました。もう一度お試しください。",
        ),
        ("東京", "大阪", "鈴木一郎", "ノート", "消しゴム", "りんご", "数量", "合計", "北海道", "お茶"),
    ),
    "Traditional Chinese": Language(
        ("big5", "cp950", "big5hkscs"),
        (
            "明天下午三點在二樓的會議室開會，請準時參加。",
            "火車誤點了，我大概會晚十五分鐘才到。",
            "請先閱讀這份文件，如果有問題再告訴我。",
            "我們確認飯店的預訂之後，會馬上通知客人。",
            "今天早餐吃了麵包和雞蛋，還喝了一杯咖啡。",
            "這個新軟體的使用方法非常簡單。",
            "冬天的時候，山上常常會下雪，風景很漂亮。",
            "資料庫連線失敗，請稍後再試一次。",
        ),
        ("臺北", "高雄", "王小明", "鉛筆", "數量", "單價", "蘋果", "綠茶", "客戶名稱", "備註"),
    ),
    "Simplified Chinese": Language(
        ("gbk", "gb18030", "gb2312"),
        (
            "明天下午三点在二楼的会议室开会，请准时参加。",
            "火车晚点了，我大概会晚十五分钟才到。",
            "请先阅读这份文件，如果有问题再告诉我。",
            "我们确认酒店的预订之后，会马上通知客人。",
            "今天早餐吃了面包和鸡蛋，还喝了一杯咖啡。",
            "这个新软件的使用方法非常简单。",
            "冬天的时候，山上常常会下雪，风景很漂亮。",
            "数据库连接失败，请稍后再试一次。",
        ),
        ("北京", "上海", "王小明", "铅笔", "数量", "单价", "苹果", "绿茶", "客户名称", "备注"),
    ),
    "Korean": Language(
        ("cp949", "euc_kr"),
        (
            "내일 회의는 오후 세 시에 이층 회의실에서 합니다.",
            "기차가 늦어서 조금 늦게 도착할 것 같습니다.",
            "이 자료를 읽고 궁금한 점이 있으면 알려 주세요.",
            "호텔 예약을 확인한 다음 손님에게 연락하겠습니다.",
            "아침에 빵과 달걀을 먹고 커피를 마셨습니다.",
            "새로운 프로그램의 사용 방법은 아주 간단합니다.",
            "겨울이 되면 이 마을에는 눈이 많이 내립니다.",
            "데이터베이스 연결에 실패했습니다. 다시 시도하세요.",
        ),
        ("서울", "부산", "김철수", "연필", "수량", "합계", "사과", "녹차", "고객 이름", "비고"),
    ),
    "Russian": Language(
        CYRILLIC,
        (
            "Завтра совещание начнётся в три часа в переговорной на втором этаже.",
            "Поезд опаздывает, поэтому я приеду немного позже.",
            "Прочитайте, пожалуйста, этот документ и напишите, если будут вопросы.",
            "Мы проверим бронирование гостиницы и сразу сообщим гостям.",
            "На завтрак я съел хлеб с яйцом и выпил чашку кофе.",
            "Пользоваться новой программой очень просто.",
            "Зимой в этом городе выпадает много снега.",
            "Не удалось подключиться к базе данных. Попробуйте ещё раз.",
        ),
        ("Москва", "Казань", "Иванов", "Карандаш", "Количество", "Цена", "Яблоки", "Чай", "Клиент", "Итого"),
    ),
    "Ukrainian": Language(
        ("cp1251", "koi8_u"),
        (
            "Завтра нарада почнеться о третій годині в кімнаті на другому поверсі.",
            "Потяг запізнюється, тому я приїду трохи пізніше.",
            "Прочитайте, будь ласка, цей документ і напишіть, якщо виникнуть питання.",
            "Ми перевіримо бронювання готелю та одразу повідомимо гостей.",
            "На сніданок я з'їв хліб із яйцем і випив горнятко кави.",
            "Користуватися новою програмою дуже просто.",
            "Узимку в цьому місті випадає багато снігу.",
            "Не вдалося під'єднатися до бази даних. Спробуйте ще раз.",
        ),
        ("Київ", "Львів", "Шевченко", "Олівець", "Кількість", "Ціна", "Яблука", "Чай", "Клієнт", "Разом"),
    ),
    "Bulgarian": Language(
        ("cp1251",),
        (
            "Утре срещата започва в три часа в залата на втория етаж.",
            "Влакът закъснява, затова ще пристигна малко по-късно.",
            "Моля, прочетете този документ и ми кажете, ако имате въпроси.",
            "Ще проверим резервацията на хотела и веднага ще съобщим на гостите.",
            "За закуска ядох хляб с яйце и пих чаша кафе.",
            "С новата програма се работи много лесно.",
            "През зимата в този град вали много сняг.",
            "Връзката с базата данни не беше успешна. Опитайте отново.",
        ),
        ("София", "Варна", "Георгиев", "Молив", "Количество", "Цена", "Ябълки", "Чай", "Клиент", "Общо"),
    ),
    "Greek": Language(
        ("cp1253", "iso8859_7"),
        (
            "Η αυριανή συνάντηση αρχίζει στις τρεις στην αίθουσα του δεύτερου ορόφου.",
            "Το τρένο έχει καθυστέρηση, γι' αυτό θα φτάσω λίγο αργότερα.",
            "Διαβάστε παρακαλώ αυτό το έγγραφο και πείτε μου αν έχετε ερωτήσεις.",
            "Θα ελέγξουμε την κράτηση του ξενοδοχείου και θα ενημερώσουμε τους πελάτες.",
            "Για πρωινό έφαγα ψωμί με αυγό και ήπια έναν καφέ.",
            "Το νέο πρόγραμμα είναι πολύ εύκολο στη χρήση.",
            "Τον χειμώνα σε αυτή την πόλη χιονίζει πολύ.",
            "Η σύνδεση με τη βάση δεδομένων απέτυχε. Δοκιμάστε ξανά.",
        ),
        ("Αθήνα", "Πάτρα", "Παπαδόπουλος", "Μολύβι", "Ποσότητα", "Τιμή", "Μήλα", "Τσάι", "Πελάτης", "Σύνολο"),
    ),
    "Turkish": Language(
        ("cp1254", "iso8859_9"),
        (
            "Yarınki toplantı saat üçte ikinci kattaki salonda başlıyor.",
            "Tren geciktiği için biraz daha geç geleceğim.",
            "Lütfen bu belgeyi okuyun ve sorunuz varsa bana yazın.",
            "Otel rezervasyonunu kontrol edip müşteriye hemen bilgi vereceğiz.",
            "Kahvaltıda ekmek ve yumurta yedim, bir fincan kahve içtim.",
            "Yeni programın kullanımı çok kolaydır.",
            "Kışın bu şehre çok kar yağıyor.",
            "Veritabanı bağlantısı kurulamadı. Lütfen yeniden deneyin.",
        ),
        ("İstanbul", "Eskişehir", "Yıldız", "Kalem", "Açıklama", "Ürün", "Fındık", "Çay", "Müşteri"),
    ),
    "Hebrew": Language(
        ("cp1255", "iso8859_8"),
        (
            "הפגישה מחר תתחיל בשעה שלוש בחדר הישיבות בקומה השנייה.",
            "הרכבת מתעכבת ולכן אגיע קצת יותר מאוחר.",
            "נא לקרוא את המסמך הזה ולכתוב לי אם יש שאלות.",
            "נבדוק את ההזמנה במלון ונודיע לאורחים מיד.",
            "לארוחת הבוקר אכלתי לחם וביצה ושתיתי כוס קפה.",
            "התוכנה החדשה קלה מאוד לשימוש.",
            "בחורף יורד הרבה שלג בעיר הזאת.",
            "החיבור למסד הנתונים נכשל. נסו שוב מאוחר יותר.",
        ),
        ("ירושלים", "חיפה", "כהן", "עיפרון", "כמות", "מחיר", "תפוחים", "תה", "לקוח", "הערות"),
    ),
    "Arabic": Language(
        ("cp1256", "iso8859_6"),
        (
            "يبدأ اجتماع الغد في الساعة الثالثة في قاعة الطابق الثاني.",
            "القطار متأخر ولذلك سأصل بعد الموعد بقليل.",
            "الرجاء قراءة هذه الوثيقة وإخباري إذا كانت لديكم أسئلة.",
            "سنتحقق من حجز الفندق ثم نبلغ الضيوف على الفور.",
            "أكلت على الإفطار خبزا وبيضة وشربت فنجان قهوة.",
            "استعمال البرنامج الجديد سهل جدا.",
            "في الشتاء يتساقط كثير من الثلج على هذه المدينة.",
            "فشل الاتصال بقاعدة البيانات. حاول مرة أخرى.",
        ),
        ("القاهرة", "بيروت", "محمد", "قلم", "الكمية", "السعر", "تفاح", "شاي", "العميل", "ملاحظات"),
    ),
    "Thai": Language(
        ("cp874", "tis_620"),
        (
            "การประชุมพรุ่งนี้เริ่มเวลาบ่ายสามโมงที่ห้องประชุมชั้นสอง",
            "รถไฟมาช้า ฉันจะไปถึงช้ากว่าเดิมเล็กน้อย",
            "กรุณาอ่านเอกสารนี้แล้วบอกฉันถ้ามีคำถาม",
            "เราจะตรวจสอบการจองโรงแรมแล้วแจ้งให้แขกทราบทันที",
            "เช้านี้ฉันกินขนมปังกับไข่แล้วดื่มกาแฟหนึ่งถ้วย",
            "โปรแกรมใหม่นี้ใช้งานง่ายมาก",
            "ในฤดูหนาวเมืองนี้อากาศเย็นและมีหมอก",
            "เชื่อมต่อฐานข้อมูลไม่สำเร็จ กรุณาลองใหม่อีกครั้ง",
        ),
        ("กรุงเทพ", "เชียงใหม่", "สมชาย", "ดินสอ", "จำนวน", "ราคา", "แอปเปิล", "ชา", "ลูกค้า", "หมายเหตุ"),
    ),
    "Polish": Language(
        CENTRAL,
        (
            "Jutrzejsze spotkanie zaczyna się o trzeciej w sali na drugim piętrze.",
            "Pociąg jest opóźniony, więc przyjadę trochę później.",
            "Proszę przeczytać ten dokument i napisać, jeśli będą pytania.",
            "Sprawdzimy rezerwację hotelu i od razu powiadomimy gości.",
            "Na śniadanie zjadłem chleb z jajkiem i wypiłem filiżankę kawy.",
            "Obsługa nowego programu jest bardzo łatwa.",
            "Zimą w tym mieście pada dużo śniegu.",
            "Nie udało się połączyć z bazą danych. Spróbuj jeszcze raz.",
        ),
        ("Łódź", "Kraków", "Wiśniewski", "Ołówek", "Ilość", "Cena", "Jabłka", "Źródło", "Zamówienie"),
    ),
    "Czech": Language(
        CENTRAL,
        (
            "Zítřejší schůzka začíná ve tři hodiny v místnosti ve druhém patře.",
            "Vlak má zpoždění, proto přijedu o něco později.",
            "Přečtěte si prosím tento dokument a napište, pokud máte otázky.",
            "Ověříme rezervaci hotelu a ihned dáme hostům vědět.",
            "K snídani jsem měl chléb s vejcem a šálek kávy.",
            "Ovládání nového programu je velmi snadné.",
            "V zimě v tomto městě napadne hodně sněhu.",
            "Připojení k databázi se nezdařilo. Zkuste to znovu.",
        ),
        ("Plzeň", "Zlín", "Dvořák", "Tužka", "Množství", "Číslo", "Jablka", "Čaj", "Zákazník", "Celkem"),
    ),
    "Hungarian": Language(
        CENTRAL,
        (
            "A holnapi megbeszélés három órakor kezdődik a második emeleti teremben.",
            "A vonat késik, ezért kicsit később érkezem.",
            "Kérem, olvassa el ezt a dokumentumot, és írjon, ha kérdése van.",
            "Ellenőrizzük a szállodai foglalást, és azonnal értesítjük a vendégeket.",
            "Reggelire kenyeret ettem tojással, és ittam egy csésze kávét.",
            "Az új program használata nagyon egyszerű.",
            "Télen ebben a városban sok hó esik.",
            "Nem sikerült csatlakozni az adatbázishoz. Próbálja újra később.",
        ),
        ("Győr", "Pécs", "Szűcs", "Ceruza", "Mennyiség", "Ár", "Gyümölcs", "Tő", "Vevő", "Összesen"),
    ),
    "German": Language(
        WESTERN,
        (
            "Die Besprechung beginnt morgen um drei Uhr im Saal im zweiten Stock.",
            "Der Zug hat Verspätung, deshalb komme ich etwas später.",
            "Bitte lesen Sie das Dokument und schreiben Sie mir, falls Fragen übrig bleiben.",
            "Wir prüfen die Buchung des Hotels und geben den Gästen gleich Bescheid.",
            "Zum Frühstück gab es Brot mit Ei und eine Tasse Kaffee für fünf Euro.",
            "Die Bedienung des neuen Programms ist sehr einfach, auch für Ältere.",
            "Im Winter fällt in dieser Stadt viel Schnee, die Straßen sind weiß.",
            "Die Verbindung zur Datenbank ist gescheitert. Später noch einmal versuchen.",
        ),
        ("Köln", "München", "Müller", "Füller", "Stück", "Größe", "Äpfel", "Tee", "Käufer", "Straße"),
    ),
    "French": Language(
        WESTERN,
        (
            "La réunion de demain commence à trois heures dans la salle du deuxième étage.",
            "Le train est en retard, j'arriverai donc un peu plus tard que prévu.",
            "Merci de lire ce document et de m'écrire si vous avez des questions à poser.",
            "Nous vérifions la réservation de l'hôtel et prévenons aussitôt les clients.",
            "Au petit déjeuner j'ai mangé du pain avec un œuf et bu un café.",
            "Le nouveau logiciel est très facile à utiliser.",
            "En hiver, il neige beaucoup dans cette ville, ça glisse partout.",
            "La connexion à la base de données a échoué. Réessayez plus tard.",
        ),
        ("Orléans", "Nîmes", "Lefèvre", "Crayon à papier", "Quantité", "Numéro", "Pêche", "Thé", "Société"),
    ),
    "Spanish": Language(
        WESTERN,
        (
            "La reunión de mañana empieza a las tres en la sala del segundo piso.",
            "El tren lleva retraso, así que llegaré un poco más tarde.",
            "Lea este documento, por favor, y escríbame si tiene alguna pregunta.",
            "Comprobaremos la reserva del hotel y avisaremos enseguida a los huéspedes.",
            "Desayuné pan con huevo y tomé una taza de café con azúcar.",
            "El nuevo programa es muy fácil de usar. ¿Verdad que sí?",
            "En invierno nieva mucho en esta ciudad, sobre todo en el año nuevo.",
            "Falló la conexión con la base de datos. Inténtelo de nuevo más tarde.",
        ),
        ("León", "Cádiz", "Muñoz", "Lápiz", "Descripción", "Número", "Limón", "Té", "Compañía", "Año"),
    ),
    "Portuguese": Language(
        WESTERN,
        (
            "A reunião de amanhã começa às três horas na sala do segundo andar.",
            "O comboio está atrasado, por isso vou chegar um pouco mais tarde.",
            "Leia este documento, por favor, e escreva-me se tiver alguma questão.",
            "Vamos verificar a reserva do hotel e avisar já os hóspedes.",
            "Ao pequeno-almoço comi pão com ovo e bebi uma chávena de café.",
            "O novo programa é muito fácil de usar.",
            "No inverno neva muito nesta região, as estradas estão cheias de gelo até março.",
            "A ligação à base de dados falhou. Tente outra vez mais tarde.",
        ),
        ("São Paulo", "Évora", "Conceição", "Lápis", "Descrição", "Preço", "Maçã", "Chá", "Endereço"),
    ),
    "Swedish": Language(
        WESTERN,
        (
            "Mötet i morgon börjar klockan tre i salen på andra våningen.",
            "Tåget är försenat, därför kommer jag lite senare.",
            "Läs gärna det här dokumentet och skriv till mig om du har frågor.",
            "Vi kontrollerar hotellbokningen och meddelar gästerna genast.",
            "Till frukost åt jag bröd med ägg och drack en kopp kaffe.",
            "Det nya programmet är mycket lätt att använda.",
            "På vintern snöar det mycket i den här staden.",
            "Anslutningen till databasen misslyckades. Försök igen om en stund på kvällen.",
        ),
        ("Malmö", "Västerås", "Sjöberg", "Penna från Åbo", "Mängd", "Pris på lådan", "Äpple", "Grönt te"),
    ),
}
