/** Saved replies of a new helpdesk: a few in each language, plainly invented. */
export interface SampleReply {
  title: string;
  shortcut: string | null;
  folder: string;
  text: string;
}

export const SAMPLE_REPLIES: readonly SampleReply[] = [
  {
    title: 'Deposit is being checked',
    shortcut: 'deposit-check',
    folder: 'English',
    text: 'Hello,\n\nthank you for writing. We have asked our payment partner about your deposit and will answer within one working day. You need not do anything meanwhile.\n\nKind regards',
  },
  {
    title: 'Withdrawal: how long it takes',
    shortcut: 'withdrawal-time',
    folder: 'English',
    text: 'Hello,\n\nyour withdrawal has left our side. Depending on the bank it arrives within one to three working days. If it is not there by then, please send us a statement that shows the account and the dates.\n\nKind regards',
  },
  {
    title: 'Ask for a screenshot',
    shortcut: 'screenshot',
    folder: 'English',
    text: 'Could you send us a screenshot of the page with the whole message on it? Please cover card numbers before you send it.',
  },
  {
    title: 'Депозит проверяется',
    shortcut: 'депозит',
    folder: 'Русский',
    text: 'Здравствуйте!\n\nСпасибо за обращение. Мы запросили у платёжного партнёра сведения о вашем депозите и ответим в течение одного рабочего дня. От вас пока ничего не требуется.\n\nС уважением',
  },
  {
    title: 'Сброс пароля',
    shortcut: 'пароль',
    folder: 'Русский',
    text: 'Мы отправили на вашу почту ссылку для нового пароля. Она действует один час. Если письма нет, проверьте папку «Спам».',
  },
  {
    title: 'Дэпазіт правяраецца',
    shortcut: 'дэпазіт',
    folder: 'Беларуская',
    text: 'Добры дзень!\n\nДзякуй за зварот. Мы запыталі ў плацежнага партнёра звесткі пра ваш дэпазіт і адкажам на працягу аднаго працоўнага дня. Ад вас пакуль нічога не патрабуецца.\n\nЗ павагай',
  },
  {
    title: 'Просьба даслаць здымак экрана',
    shortcut: 'здымак',
    folder: 'Беларуская',
    text: 'Дашліце, калі ласка, здымак экрана, на якім бачна ўсё паведамленне. Нумар карткі закрыйце.',
  },
  {
    title: 'Đang kiểm tra khoản nạp',
    shortcut: 'nap-tien',
    folder: 'Tiếng Việt',
    text: 'Xin chào,\n\ncảm ơn bạn đã liên hệ. Chúng tôi đã hỏi đối tác thanh toán về khoản nạp của bạn và sẽ trả lời trong một ngày làm việc. Trong lúc chờ, bạn không cần làm gì thêm.\n\nTrân trọng',
  },
  {
    title: 'Xin ảnh chụp màn hình',
    shortcut: 'anh-man-hinh',
    folder: 'Tiếng Việt',
    text: 'Bạn vui lòng gửi ảnh chụp màn hình có đầy đủ thông báo. Hãy che số thẻ trước khi gửi.',
  },
];
