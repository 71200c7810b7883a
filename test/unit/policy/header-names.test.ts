import { describe, expect, it } from 'vitest';
import { asciiLowerCase } from '../../../src/ami/message.js';
import { headerName } from '../../../src/policy/header-names.js';

describe('the name of a header', () => {
  it.each(
    (
      'AOCBillingId ActionID AllVariables AnnounceChannel ApplicationData AuthType Base64Body BridgeUniqueid CallerID ' +
      'CallerIDName ChannelPrefix ChargedItem ChargingAssociationId CommandID Content-Type CurrencyAmount DAHDIChannel ' +
      'DstFilename EventMask ExtraChannel GranularityTimeScale ID JID MatchCriteria MemberName MixMonitorID MsgType ' +
      'OtherChannelId ParkingLot PreDialGoSub PreserveEffectiveContext RateType RecordFile RingInUse SrcFilename ' +
      'SuppressEvents TimeScale ToContext URI UniqueId UserEvent VolumeUnit'
    ).split(' '),
  )('%s is spelt as Asterisk spells it', (name) => {
    expect(headerName(asciiLowerCase(name))).toBe(name);
  });

  it('that Asterisk does not know begins its words with capitals', () => {
    expect(headerName('x-my-header')).toBe('X-My-Header');
    expect(headerName('my2header_x')).toBe('My2header_x');
  });
});
