/** Headers of actions as Asterisk 16 to 22 writes their names: clients may write them in any case. */
import { asciiLowerCase } from '../ami/message.js';

const NAMES =
  'AOCBillingId Account Action ActionID Agent AllVariables AnnounceChannel Append Application ApplicationData Async ' +
  'AuthType Base64Body Base64Message Body BridgeTechnology BridgeType BridgeUniqueid Cache Caller CallerID ' +
  'CallerIDName CallerIDNum Category Cause Channel Channel1 Channel2 ChannelId ChannelPrefix ChargeType ChargedItem ' +
  'ChargingAssociationId ChargingAssociationNumber ChargingAssociationPlan ChargingType Code Codecs Command CommandID ' +
  'Conference Content-Type Context Control CurrencyAmount CurrencyMultiplier CurrencyName DAHDIChannel Data ' +
  'Destination Digit Direction DstFilename Duration Earlymedia Endpoint Event EventMask Events Exten Extension ' +
  'ExtraChannel ExtraContext ExtraExten ExtraPriority Family File Filename Filter Folder Format From Granularity ' +
  'GranularityTimeScale ID Immediate Interface Jabber JID Key Level LoadType Mailbox Match MatchCriteria Meetme ' +
  'Member MemberName Members Message Mix MixMonitorID Module MsgType NewMessages Number Object OldMessages Operation ' +
  'Option Options OtherChannelId Parameters ParkingLot ParkingSpace Paused Peer Penalty PreDialGoSub ' +
  'PreserveEffectiveContext Priority Provider Queue RateType Reason Receive RecordFile Recursive Registration Reload ' +
  'Replace RingInUse Rule Rules ScreenName Secret SessionNumber Soft Span SrcFilename State StateInterface ' +
  'SuppressEvents Time TimeScale Timeout TimeoutChannel To ToContext ToFolder ToMailbox Tone TotalType URI UniqueId ' +
  'UserEvent Username Usernum Val Value Variable Variables VolumeUnit WithdrawInfo Wrapuptime';

const BY_KEY: ReadonlyMap<string, string> = new Map(NAMES.split(' ').map((name) => [asciiLowerCase(name), name]));

/** The one spelling of a header's name, by its lower-case form; a name that Asterisk does not know gets capitals at the beginning of its words. */
export function headerName(key: string): string {
  return BY_KEY.get(key) ?? key.replace(/(?<![^-])[a-z]/g, (letter) => letter.toUpperCase());
}
