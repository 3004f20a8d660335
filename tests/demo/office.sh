# shellcheck shell=bash
# shellcheck disable=SC2034  # the files beside use what is set here
# The secretariat's side: its configuration, the register, the mailboxes of all concerned, the call for papers.
# They are the project's own files under config/, with what a demo of a minute needs put in their place.

REF=ARCP/2026/04
GONE=KM              # its focal point's mailbox is no longer there: a real bounce comes back
SIGNED=SA            # this state gets a signed letter of its own
DEADLINE_S=50 FIRST_STEP_S=18 SECOND_STEP_S=8 EXTENSION_S=80

write_config() { # needs the servers' ports
    (umask 077 && printf '%s\n' "$PASSWORD" >"$D/etc/password")
    {
        echo 'secretariat = {'
        sed -n '/^  name = {/,/^  };/p; /^  short_name = {/,/^  };/p' config/taamim.conf
        cat <<CONF
  address = "$SECRETARIAT";
  zone = "Africa/Cairo";
  working_days = "all";
  hours = "all";
};
paths = {
  state = "$D/state";
  register = "delegations.conf";
  templates = "templates";
  libexec = "$D/bin";
};
smtp = { host = "$HOST"; port = $SUBMISSION; ca_file = "$CA"; user = "$SECRETARIAT"; password_file = "password"; };
imap = { host = "$HOST"; port = $IMAPS; ca_file = "$CA"; user = "$SECRETARIAT"; password_file = "password"; junk = [ "Junk" ];
         authserv_id = "mail.test"; };
sending = { rate_per_minute = 6000; connections = 4; address_rate_per_hour = 1000; sent_folder = "Sent"; };
officers = (
  { address = "$OFFICER_AR"; name = "الموظف المناوب"; language = "ar"; },
  { address = "$OFFICER_EN"; name = "Registry"; language = "en"; }
);
office = { alert_every_s = 3; receipt_every_s = 1; };
CONF
    } >"$D/etc/taamim.conf"
}

write_register() {
    cp config/delegations.conf "$D/etc/delegations.conf"
    read_contacts "$D/etc/delegations.conf" >"$D/contacts"
    COLLEAGUE=refugees.desk@$(contact OM focal_point | cut -d@ -f2)
}

write_mailboxes() { # everyone who has one: the servers' users.list
    local gone
    gone=$(contact $GONE focal_point)
    { cut -d' ' -f3 "$D/contacts"; printf '%s\n' "$SECRETARIAT" "$OFFICER_AR" "$OFFICER_EN" "$COLLEAGUE"; } |
        sed "s/\$/:$PASSWORD/; s/^$gone:.*/&:gone/" >"$D/mail/users.list"
}

# The project's sample round, with a deadline in seconds, a signed letter for one state, and the third item left to choice.
write_round() {
    cp -R config/rounds/documents/. "$D/etc/documents/"
    paper "$D/etc/documents/رسالة موقعة.pdf" "Signed letter to the Kingdom of Saudi Arabia, note 412/5"
    sed -e "s|^deadline = \"[^\"]*\"|deadline = \"+$((DEADLINE_S * PACE))s\"|" \
        -e "s|^reminders = .*|reminders = [ \"-$((FIRST_STEP_S * PACE))s\", \"-$((SECOND_STEP_S * PACE))s\" ];|" \
        -e "s|\"documents/|\"../documents/|" \
        -e "s|^documents = (|&\n  { file = \"../documents/رسالة موقعة.pdf\"; party = \"$SIGNED\"; },|" \
        -e "/key = \"efforts\"/s|required = true|required = false|" \
        config/rounds/call-for-papers.conf >"$D/etc/rounds/call-for-papers.conf"
}
