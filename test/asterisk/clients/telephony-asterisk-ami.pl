# Debian's Telephony::Asterisk::AMI as a process: takes one JSON object a line, and prints one for everything that the
# module's callback and its methods deliver.
use strict;
use warnings;
use IO::Handle;
use JSON::PP;
use Telephony::Asterisk::AMI;

my $json = JSON::PP->new->canonical;
STDOUT->autoflush(1);

sub tell_of {
  my ($callback, $delivered) = @_;
  print $json->encode({ callback => $callback, delivered => $delivered }), "\n";
}

my $ami;
while (my $line = <STDIN>) {
  my $wish = $json->decode($line);
  if ($wish->{connect}) {
    $ami = Telephony::Asterisk::AMI->new(
      %{ $wish->{connect} },
      Event_Callback => sub { tell_of('event', $_[0]) },
    );
    tell_of('connect', $ami->connect ? 'connected' : $ami->error);
  } elsif ($wish->{action}) {
    tell_of("action $wish->{action}{Action}", $ami->action($wish->{action}));
  } elsif ($wish->{read}) {
    my $message = $ami->read_response;
    die $ami->error if ($message->{Response} // '') eq 'Error';
    tell_of('event', $message);
  } elsif ($wish->{disconnect}) {
    tell_of('disconnect', $ami->disconnect ? 'disconnected' : $ami->error);
  }
}
