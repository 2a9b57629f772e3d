/** Everyday words of a support desk, most frequent first, from which the data set makes its texts. */
const split = (text: string): readonly string[] => text.trim().split(/\s+/);

export const WORDS = {
  en: split(`
the to I my is it and not a you order for on was have when in that this with please account can but
help your we still payment from card would been delivery refund after email what address number received
day how they parcel again get tried password here week could because want money code date return back
now login only message yesterday arrived charged page twice there problem button phone wrong invoice item
just working answer waiting change name already time shows error cancel box since check new bank did
subscription size price link today thanks replaced morning courier broken warehouse signature confirm
statement colour screen receipt delayed voucher somebody neighbour evening discount manager certificate
balance verification expired missing exchange printed document website monthly renewal transfer closed`),
  ru: split(`
не и в на я что заказ у мне с это вас за по как но мой деньги карта ещё уже пожалуйста нет для если
когда пришло счёт оплата доставка возврат вчера день код письмо адрес номер посылка почему могу снова
пароль неделя сайт приложение ошибка кнопка вернуть ждать ответ проверить списали дважды получил заказывала
размер магазин курьер телефон сегодня утром спасибо помогите товар коробка чек банк перевод скидка
подтвердить изменить отменить подписка ссылка экран документ вход кабинет неверный пишет деталь замена
склад подпись выписка месяц сумма купон сосед вечером менеджер сертификат остаток проверка срок обмен
продление закрыт заявка работает приходит ёлка объём подъезд ещё её своё`),
  vi: split(`
tôi không có đã được và đơn hàng của là cho với chưa bạn này khi thì nhưng tiền thẻ giao ngày mã đến
nhận thanh toán hoàn lại hôm qua tuần địa chỉ số điện thoại mật khẩu đăng nhập trang lỗi nút giúp vui lòng
trả lời kiểm tra trừ hai lần kích cỡ cửa người vận chuyển nay sáng cảm ơn hộp hoá đơn ngân chuyển khoản
giảm giá xác nhận thay đổi huỷ gói cước đường dẫn màn hình giấy tờ tài khoản sai báo bộ phận đổi kho chữ ký
sao kê tháng phiếu hàng xóm tối quản lý chứng số dư minh hết hạn thiếu gia hạn đóng yêu cầu hoạt động vẫn
đang chờ mấy rồi mới nữa trước sau`),
} as const;

export type Language = keyof typeof WORDS;

export const NAMES: Readonly<Record<Language, { first: readonly string[]; last: readonly string[] }>> = {
  en: {
    first: split('Nora Iris Tom Ada Clive Maud Owen Greta Hal Ruth Piers Enid Walt Fern Joss Lena'),
    last: split('Fielding Quayle Marsh Brook Tarrant Hollow Pike Wren Ashby Lund Crane Moss Vale Thorne'),
  },
  ru: {
    first: split('Фёдор Алёна Пётр Зоя Глеб Нина Юрий Вера Семён Яна Лев Инга Артём Рита'),
    last: split('Ключник Заря Полевод Щука Ельник Журба Мельник Ладога Ветров Ёлкин Цыплюк Хомяк'),
  },
  vi: {
    first: split('Hường Đức Thảo Quỳnh Dũng Yến Phúc Loan Khải Nhung Trọng Vân'),
    last: split('Đặng Nguyễn Trần Lê Phạm Vũ Bùi Hồ Ngô Dương'),
  },
};
