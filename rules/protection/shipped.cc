#include "rules/protection/shipped.h"

#include <span>
#include <string>

namespace riposte::protection {
namespace {

struct Entry {
  std::string_view pattern;  // PathPattern
  Strength strength = Strength::kNever;
};

constexpr Entry kProcesses[] = {
    // Windows: the kernel's own, sessions, services, logon.
    {R"(?:\Windows\System32\ntoskrnl.exe)"},
    {R"(?:\Windows\System32\smss.exe)"},
    {R"(?:\Windows\System32\csrss.exe)"},
    {R"(?:\Windows\System32\wininit.exe)"},
    {R"(?:\Windows\System32\winlogon.exe)"},
    {R"(?:\Windows\System32\services.exe)"},
    {R"(?:\Windows\System32\lsass.exe)"},
    {R"(?:\Windows\System32\LsaIso.exe)"},
    {R"(?:\Windows\System32\lsm.exe)"},
    {R"(?:\Windows\System32\svchost.exe)"},
    {R"(?:\Windows\System32\fontdrvhost.exe)"},
    {R"(?:\Windows\System32\dwm.exe)"},
    {R"(?:\Windows\System32\LogonUI.exe)"},
    {R"(?:\Windows\System32\userinit.exe)"},
    {R"(?:\Windows\System32\spoolsv.exe)", Strength::kFourEyes},
    {R"(?:\Windows\System32\taskhostw.exe)", Strength::kFourEyes},
    {R"(?:\Windows\System32\sihost.exe)", Strength::kFourEyes},
    {R"(?:\Windows\System32\wbem\WmiPrvSE.exe)", Strength::kFourEyes},
    {R"(?:\Windows\System32\SecurityHealthService.exe)"},
    {R"(?:\Windows\System32\vmms.exe)"},
    {R"(?:\Windows\System32\vmwp.exe)"},
    {R"(?:\Windows\System32\dns.exe)"},
    {R"(?:\Windows\System32\dfsrs.exe)"},
    {R"(?:\Windows\System32\ntfrs.exe)"},
    {R"(?:\Windows\ADWS\Microsoft.ActiveDirectory.WebServices.exe)"},
    {R"(?:\Windows\explorer.exe)", Strength::kFourEyes},
    {R"(?:\Windows\servicing\TrustedInstaller.exe)"},
    // Windows: protection and agents.
    {R"(?:\ProgramData\Microsoft\Windows Defender\Platform\**)"},
    {R"(?:\Program Files\Windows Defender\**)"},
    {R"(?:\Program Files\Windows Defender Advanced Threat Protection\**)"},
    {R"(?:\Program Files\Riposte\**)"},
    {R"(?:\Program Files\Qualys\**)"},
    {R"(?:\Program Files (x86)\Qualys\**)"},
    {R"(?:\Program Files\nxlog\**)"},
    {R"(?:\Windows\Sysmon.exe)"},
    {R"(?:\Windows\Sysmon64.exe)"},
    // Linux: init, sessions, logs, remote access, name service, container runtimes.
    {"/sbin/init"},
    {"/usr/sbin/init"},
    {"/lib/systemd/**"},
    {"/usr/lib/systemd/**"},
    {"/usr/bin/dbus-daemon"},
    {"/usr/bin/dbus-broker"},
    {"/usr/bin/dbus-broker-launch"},
    {"/usr/libexec/polkitd"},
    {"/usr/lib/polkit-1/polkitd"},
    {"/usr/sbin/sshd"},
    {"/usr/sbin/cron", Strength::kFourEyes},
    {"/usr/sbin/crond", Strength::kFourEyes},
    {"/sbin/auditd"},
    {"/usr/sbin/auditd"},
    {"/usr/sbin/rsyslogd"},
    {"/usr/sbin/NetworkManager"},
    {"/usr/sbin/chronyd"},
    {"/usr/bin/dockerd", Strength::kFourEyes},
    {"/usr/bin/containerd", Strength::kFourEyes},
    {"/usr/bin/kubelet", Strength::kFourEyes},
    {"/usr/lib/riposte/**"},
    {"/usr/bin/riposte"},
    {"/usr/bin/riposte-agent"},
    {"/opt/riposte/**"},
    {"/usr/local/qualys/**"},
    // macOS.
    {"/sbin/launchd"},
    {"/usr/libexec/**"},
    {"/usr/sbin/securityd"},
    {"/System/Library/**"},
    {"/Library/Riposte/**"},
    {"/Applications/QualysCloudAgent.app/**"},
};

// Below System32 and SysWOW64: shells, interpreters, tools that attackers live off, libraries that
// everything loads. Not whole folders: what an attacker put there under a name of its own has to
// go.
constexpr std::string_view kWindowsSystemFiles[] = {
    R"(cmd.exe)",
    R"(WindowsPowerShell\v1.0\powershell.exe)",
    R"(WindowsPowerShell\v1.0\powershell_ise.exe)",
    R"(wscript.exe)",
    R"(cscript.exe)",
    R"(mshta.exe)",
    R"(rundll32.exe)",
    R"(regsvr32.exe)",
    R"(msiexec.exe)",
    R"(certutil.exe)",
    R"(bitsadmin.exe)",
    R"(schtasks.exe)",
    R"(taskkill.exe)",
    R"(tasklist.exe)",
    R"(at.exe)",
    R"(sc.exe)",
    R"(reg.exe)",
    R"(net.exe)",
    R"(net1.exe)",
    R"(netsh.exe)",
    R"(whoami.exe)",
    R"(nltest.exe)",
    R"(ipconfig.exe)",
    R"(systeminfo.exe)",
    R"(wbem\WMIC.exe)",
    R"(vssadmin.exe)",
    R"(bcdedit.exe)",
    R"(wevtutil.exe)",
    R"(fodhelper.exe)",
    R"(eventvwr.exe)",
    R"(mmc.exe)",
    R"(odbcconf.exe)",
    R"(cmstp.exe)",
    R"(control.exe)",
    R"(conhost.exe)",
    R"(dllhost.exe)",
    R"(runonce.exe)",
    R"(wsmprovhost.exe)",
    R"(winrshost.exe)",
    R"(RuntimeBroker.exe)",
    R"(notepad.exe)",
    R"(svchost.exe)",
    R"(ntdll.dll)",
    R"(kernel32.dll)",
    R"(KernelBase.dll)",
    R"(user32.dll)",
};

constexpr Entry kFiles[] = {
    // Windows: interpreters outside of the system folders.
    {R"(?:\Program Files\PowerShell\*\pwsh.exe)"},
    {R"(?:\Python??\python.exe)"},
    {R"(?:\Python???\python.exe)"},
    {R"(?:\Program Files\Python*\python.exe)"},
    {R"(?:\Users\*\AppData\Local\Programs\Python\*\python.exe)"},
    {R"(?:\Program Files\nodejs\node.exe)"},
    {R"(?:\Program Files\Java\*\bin\java.exe)"},
    {R"(?:\Program Files\Git\**)"},
    // Windows: tools that attackers live off.
    {R"(?:\Windows\regedit.exe)"},
    {R"(?:\Windows\Microsoft.NET\*\*\MSBuild.exe)"},
    {R"(?:\Windows\Microsoft.NET\*\*\InstallUtil.exe)"},
    {R"(?:\Windows\Microsoft.NET\*\*\RegAsm.exe)"},
    {R"(?:\Windows\Microsoft.NET\*\*\RegSvcs.exe)"},
    {R"(?:\Windows\Microsoft.NET\*\*\csc.exe)"},
    // Linux and macOS: shells, interpreters, the loader and the C library.
    {"/bin/sh"},
    {"/bin/bash"},
    {"/bin/dash"},
    {"/bin/zsh"},
    {"/bin/ksh"},
    {"/bin/busybox"},
    {"/usr/bin/sh"},
    {"/usr/bin/bash"},
    {"/usr/bin/dash"},
    {"/usr/bin/zsh"},
    {"/usr/bin/ksh"},
    {"/usr/bin/fish"},
    {"/usr/bin/busybox"},
    {"/usr/bin/env"},
    {"/usr/bin/sudo"},
    {"/usr/bin/su"},
    {"/usr/bin/python"},
    {"/usr/bin/python?"},
    {"/usr/bin/python?.?"},
    {"/usr/bin/python?.??"},
    {"/usr/bin/perl"},
    {"/usr/bin/ruby"},
    {"/usr/bin/php"},
    {"/usr/bin/php?.?"},
    {"/usr/bin/node"},
    {"/usr/bin/lua?.?"},
    {"/usr/bin/osascript"},
    {"/usr/bin/curl"},
    {"/usr/bin/wget"},
    {"/usr/bin/nc"},
    {"/usr/bin/ssh"},
    {"/usr/bin/openssl"},
    {"/usr/bin/tar"},
    {"/usr/bin/gdb"},
    {"/usr/lib/jvm/**"},
    {"/lib/ld-linux*"},
    {"/lib64/ld-linux*"},
    {"/lib/*-linux-gnu/libc.so*"},
    {"/lib/*-linux-gnu/libpthread.so*"},
    {"/lib/*-linux-gnu/libdl.so*"},
    {"/lib/*-linux-gnu/libpam.so*"},
    {"/lib/*-linux-gnu/libcrypto.so*"},
    {"/usr/lib/*-linux-gnu/libc.so*"},
    {"/usr/lib/*-linux-gnu/libpthread.so*"},
    {"/usr/lib/*-linux-gnu/libdl.so*"},
    {"/usr/lib/*-linux-gnu/libpam.so*"},
    {"/usr/lib/*-linux-gnu/libcrypto.so*"},
    {"/usr/lib64/libc.so*"},
    {"/usr/lib64/libpthread.so*"},
    {"/usr/lib64/libdl.so*"},
    {"/usr/lib64/libpam.so*"},
    {"/usr/lib64/libcrypto.so*"},
};

ProtectedPath Parse(std::string_view pattern, Strength strength) {
  return {.pattern = PathPattern::Parse(pattern).value(), .strength = strength};
}

std::vector<ProtectedPath> Parse(std::span<const Entry> entries) {
  std::vector<ProtectedPath> list;
  list.reserve(entries.size());
  for (const Entry& entry : entries) list.push_back(Parse(entry.pattern, entry.strength));
  return list;
}

}  // namespace

std::vector<ProtectedPath> ShippedProcesses() { return Parse(kProcesses); }

std::vector<ProtectedPath> ShippedFiles() {
  std::vector<ProtectedPath> list = Parse(kFiles);
  for (const std::string_view name : kWindowsSystemFiles)
    for (const char* folder : {R"(?:\Windows\System32\)", R"(?:\Windows\SysWOW64\)"})
      list.push_back(Parse(folder + std::string(name), Strength::kNever));
  return list;
}

}  // namespace riposte::protection
