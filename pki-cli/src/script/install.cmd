@echo off
rem Installs the kit of @HOST@ with the tools of Windows alone. As administrator:
rem   install.cmd                on @HOST@
rem   install.cmd /anyhost       on a computer with another name
rem   install.cmd /nofirewall    without touching the firewall
rem   install.cmd /nopause       without waiting for a key at the end, as it does after a double click
rem It takes the steps of "replica-pki install" with fewer checks: the files are as they were made, the computer has the
rem kit's name, the certificate's time has begun and has not ended, or else the time of the root that follows in the kit,
rem which has to be on every host before the next certificate is made. It does not look at the names in the certificate, at
rem its chain or at the roots' dates; and when a step fails, those before it stay until uninstall.cmd.
rem The password of the PFX is asked for; it is not in here.
rem A second run changes nothing. uninstall.cmd takes back what was added, and nothing else.
setlocal EnableExtensions DisableDelayedExpansion
set "ERRORLEVEL="
set "changed="
set "any_host="
set "no_firewall="
set "no_pause="
set "unknown="
rem What is in a called part is another %0.
set "script=%~f0"
:next_argument
if "%~1"=="" goto :run
if /i "%~1"=="/anyhost" goto :any_host
if /i "%~1"=="/nofirewall" goto :no_firewall
if /i "%~1"=="/nopause" goto :no_pause
set "unknown=1"
goto :run
:any_host
set "any_host=1"
shift /1
goto :next_argument
:no_firewall
set "no_firewall=1"
shift /1
goto :next_argument
:no_pause
set "no_pause=1"
shift /1
goto :next_argument
:run
call :find_tools
rem A folder of the network gets a drive letter for as long as this runs. Pushd changes ERRORLEVEL only if it fails, and
rem find_tools has left 0.
pushd "%~dp0"
if %ERRORLEVEL% neq 0 goto :no_folder
call :main
set "result=%ERRORLEVEL%"
popd
:wait
call :wait_after_double_click
exit /b %result%

:no_folder
echo error: install.cmd cannot go to the folder that it lies in; nothing was changed
echo   One on the network needs a free drive letter.
echo hint: copy the whole kit to a folder of this computer, and run install.cmd there
set "result=1"
goto :wait

:main
if not defined unknown goto :check
echo error: install.cmd takes /anyhost, /nofirewall and /nopause, and nothing else; nothing was changed
echo hint: /anyhost installs on a computer with another name; /nofirewall leaves the firewall as it is;
echo   /nopause never waits for a key, as a task needs it
exit /b 1

rem ---- Before anything is changed ----

:check
call :is_administrator
if %ERRORLEVEL% neq 0 exit /b 1
if defined any_host goto :check_windows
call :full_name
if /i "%name%"=="@HOST@" goto :check_windows
echo error: this kit is for @HOST@, and this computer is %name%; nothing was changed
echo hint: take the kit to its own computer; if it is this one under another name: install.cmd /anyhost
exit /b 1

:check_windows
@NEW@call :read "HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion" CurrentBuildNumber
@NEW@if not defined data set "data=0"
@NEW@if %data% geq @BUILD@ goto :check_dates
@NEW@echo error: this Windows is too old for this kit's PFX; nothing was changed
@NEW@echo   It is build %data%; the PFX can be read from build @BUILD@ on, which is Windows Server @OLDEST@.
@NEW@echo   Older ones call the password wrong.
@NEW@echo hint: use "replica-pki install" on this computer, which reads the PFX itself; or make the kits again with:
@NEW@echo   replica-pki issue ... --windows 2012r2
@NEW@exit /b 1
@NEW@
@NEW@:check_dates
call :is_valid_now
if %ERRORLEVEL% neq 0 exit /b 1
@FOLLOWED@echo note: this kit brings the root that follows the one of its certificate, which ends @NOT_AFTER@.
@FOLLOWED@echo   It can be installed after that day too; to replicate again, the kit with the next certificate is needed.
@FILES@

rem ---- The steps ----

@STEPS@

echo.
echo Installed on this computer: the kit of @HOST@.
echo Next, in PowerShell as administrator, when the partner has installed its kit too:
@REMAINING@
echo Then delete @PFX@ from this computer: its key is in the store now.
exit /b 0

rem The certificate and its key. The PFX also holds the root, which goes where roots go with the others.
:leaf
call :has_leaf
if %ERRORLEVEL% equ 1 goto :import_leaf
if %ERRORLEVEL% equ 2 goto :leaf_without_key
call :mark_as_there leaf-@THUMBPRINT@
if %ERRORLEVEL% neq 0 exit /b 1
echo unchanged: the certificate of @HOST@ in LocalMachine\My
exit /b 0

:leaf_without_key
call :failed "the certificate of @HOST@ is in LocalMachine\My, but its key is not where install.cmd puts it"
echo   That is the machine's key set, as a key for exchange, in @PROVIDER@.
echo hint: if "replica-pki install" put it there, all is well; else remove it with its key, in PowerShell, and run install.cmd again:
echo   Remove-Item -LiteralPath Cert:\LocalMachine\My\@THUMBPRINT@ -DeleteKey
exit /b 1

:import_leaf
call :mark leaf-@THUMBPRINT@ absent
if %ERRORLEVEL% neq 0 exit /b 1
echo Certutil now asks for the password of @PFX@.
"%certutil%" -csp "@PROVIDER@" -importPFX My "@PFX@" @MODIFIERS@
set "code=%ERRORLEVEL%"
call :has_leaf
set "found=%ERRORLEVEL%"
if "%code% %found%"=="0 0" goto :leaf_imported
if %found% equ 1 call :unmark leaf-@THUMBPRINT@
if %found% neq 1 set "changed=1"
call :failed "certutil could not import @PFX@ (code %code%)"
echo hint: is the password right? It lies in private\passwords where the kit was made, unless it was given there.
rem That is what certutil says of a wrong password, which it finds out before it imports anything.
if "%code%"=="-2147024810" exit /b 1
echo hint: if it is, a key may have come without its certificate. List the keys, and delete one that no certificate has:
call :tell_keys
exit /b 1

:leaf_imported
set "changed=1"
call :remember_key
echo added: the certificate of @HOST@ and its key, to LocalMachine\My
exit /b 0

rem A root: its file, its thumbprint.
:root
call :has Root %2
if %ERRORLEVEL% neq 0 goto :add_root
call :mark_as_there root-%2
if %ERRORLEVEL% neq 0 exit /b 1
echo unchanged: the root %~1 in LocalMachine\Root
exit /b 0

:add_root
call :mark root-%2 absent
if %ERRORLEVEL% neq 0 exit /b 1
"%certutil%" -addstore -f Root %1
set "code=%ERRORLEVEL%"
call :has Root %2
set "found=%ERRORLEVEL%"
if "%code% %found%"=="0 0" goto :root_added
if %found% neq 0 call :unmark root-%2
if %found% equ 0 set "changed=1"
call :failed "certutil could not add %~1 to LocalMachine\Root (code %code%)"
exit /b 1

:root_added
set "changed=1"
echo added: the root %~1 to LocalMachine\Root
exit /b 0

rem The value that switches a revocation check off: its mark, its key, the key above.
:revocation
call :read "HKLM\%~2" @VALUE@
if not defined type goto :revocation_absent
if not "%type%"=="REG_DWORD" goto :revocation_is_odd
if not "%data%"=="@OFF@" goto :switch_off
call :mark_as_there %1
if %ERRORLEVEL% neq 0 exit /b 1
echo unchanged: HKLM\%~2\@VALUE@
exit /b 0

:revocation_is_odd
call :failed "HKLM\%~2\@VALUE@ is no REG_DWORD"
echo hint: delete it, then run install.cmd again
exit /b 1

rem How many keys are missing is remembered too.
:revocation_absent
set "data=absent-2"
"%reg%" query "HKLM\%~3" >nul 2>&1
if %ERRORLEVEL% equ 0 set "data=absent-1"
"%reg%" query "HKLM\%~2" >nul 2>&1
if %ERRORLEVEL% equ 0 set "data=absent-0"

:switch_off
call :mark %1 %data%
if %ERRORLEVEL% neq 0 exit /b 1
"%reg%" add "HKLM\%~2" /v @VALUE@ /t REG_DWORD /d @OFF@ /f >nul
if %ERRORLEVEL% equ 0 goto :switched_off
call :unmark %1
call :failed "reg could not set HKLM\%~2\@VALUE@"
exit /b 1

:switched_off
set "changed=1"
echo set: HKLM\%~2\@VALUE@
exit /b 0

rem The firewall rule, by the name that is the same in every language.
:firewall
if defined no_firewall goto :firewall_stays
call :ask_firewall
if %ERRORLEVEL% equ 1 goto :enable_rule
if %ERRORLEVEL% equ 2 goto :no_rule
call :mark_as_there firewall
if %ERRORLEVEL% neq 0 exit /b 1
echo unchanged: the firewall rule @FIREWALL_RULE@
exit /b 0

:firewall_stays
echo left alone: the firewall rule @FIREWALL_RULE@
exit /b 0

:no_rule
echo warning: there is no firewall rule @FIREWALL_RULE@: the Hyper-V role is not installed
echo hint: add the role, then run install.cmd again
exit /b 0

:enable_rule
call :mark firewall disabled
if %ERRORLEVEL% neq 0 exit /b 1
call :set_firewall Enable 0
if %ERRORLEVEL% equ 0 goto :rule_enabled
rem It must not come true later, when nothing tells of it.
"%powershell%" %quietly% -Command "Disable-NetFirewallRule -Name @FIREWALL_RULE@" <nul >nul 2>&1
call :unmark firewall
exit /b 1

:rule_enabled
set "changed=1"
echo enabled: the firewall rule @FIREWALL_RULE@
exit /b 0

rem ---- Helpers ----

rem The computer's full DNS name, into name. A primary suffix that a policy sets wins; a workgroup host may have none.
:full_name
call :read "HKLM\SYSTEM\CurrentControlSet\Services\Tcpip\Parameters" Hostname
set "name=%data%"
call :read "HKLM\SOFTWARE\Policies\Microsoft\System\DNSClient" PrimaryDnsSuffix
if defined data goto :suffix
call :read "HKLM\SYSTEM\CurrentControlSet\Services\Tcpip\Parameters" Domain
:suffix
if defined data set "name=%name%.%data%"
exit /b 0

rem Whether the certificate's time has begun and has not ended. Ticks are the same in every language and time zone.
:is_valid_now
set "ask=$now = [DateTime]::UtcNow; if ($now.Ticks -ge @BEGINS@ -and $now.Ticks -lt @ENDS@) { exit 10 };"
set "ask=%ask% 'The clock of this computer says ' + $now.ToString('s') + 'Z'; exit 11"
"%powershell%" %quietly% -Command "%ask%" <nul
if %ERRORLEVEL% equ 10 exit /b 0
if %ERRORLEVEL% equ 11 goto :not_valid_now
echo error: PowerShell could not tell the time; nothing was changed
echo hint: mend what it says above, then run install.cmd again
exit /b 1

:not_valid_now
echo error: the certificate of @HOST@ is valid from @NOT_BEFORE@ to @NOT_AFTER@ only; nothing was changed
echo hint: if the clock of this computer is wrong, set it; else make a new kit: replica-pki renew @HOST@
exit /b 1

rem Whether a file is as it was made: the file, its SHA-256. Certutil prints it in a line of its own, on Windows Server
rem 2012 R2 with blanks between the bytes. What each new cmd runs (AutoRun) may print more, or go to another folder. The path
rem is expanded by the new cmd, and so once only: a folder may be called 100%TEMP%.
:is_intact
set "intact="
set "hashed=%~f1"
if not exist %1 goto :not_intact
for /f "delims=" %%L in ('%certutil% -hashfile "%%hashed%%" SHA256') do (set "line=%%L"& call :is_digest %2)
if defined intact exit /b 0
:not_intact
echo error: %~1 is missing or was changed after the kit was made; nothing was changed on this computer
echo hint: do not use this kit; get it again from where it was made
exit /b 1

rem Looks at a line: the SHA-256.
:is_digest
set "line=%line:"=%"
if /i "%line: =%"=="%~1" set "intact=1"
exit /b 0

rem 0: the certificate is in LocalMachine\My with its key; 1: it is not; 2: it is, but not with such a key.
:has_leaf
call :has My @THUMBPRINT@
if %ERRORLEVEL% neq 0 exit /b 1
set "ask=$key = (Get-Item -LiteralPath 'Cert:\LocalMachine\My\@THUMBPRINT@').PrivateKey.CspKeyContainerInfo;"
set "ask=%ask% if ($key.MachineKeyStore -and $key.KeyNumber -eq 'Exchange' -and $key.ProviderName -eq '@PROVIDER@')"
"%powershell%" %quietly% -Command "%ask% { exit 10 }" <nul
if %ERRORLEVEL% equ 10 exit /b 0
exit /b 2

rem Notes the name of the key's container beside the mark, so that uninstall.cmd can delete the key also when somebody has
rem removed the certificate alone.
:remember_key
set "ask=$ErrorActionPreference = 'Stop';"
set "ask=%ask% $key = (Get-Item -LiteralPath 'Cert:\LocalMachine\My\@THUMBPRINT@').PrivateKey.CspKeyContainerInfo;"
set "ask=%ask% Set-ItemProperty -LiteralPath 'HKLM:%kit:~4%' -Name container -Value $key.KeyContainerName; exit 10"
"%powershell%" %quietly% -Command "%ask%" <nul
if %ERRORLEVEL% equ 10 exit /b 0
echo warning: PowerShell could not note where the key lies; uninstall.cmd can delete it only with its certificate
exit /b 0

rem Marks what is going to be added, with what is there now: the mark, the state.
:mark
"%reg%" add "%kit%" /v %1 /t REG_SZ /d %2 /f >nul
if %ERRORLEVEL% equ 0 exit /b 0
call :failed "reg could not write below %kit%"
exit /b 1

rem Marks what the kit needs and what was there before; what an earlier run added stays marked as added.
:mark_as_there
call :read "%kit%" %1
if defined type exit /b 0
"%reg%" add "%kit%" /v %1 /t REG_SZ /d there /f >nul
if %ERRORLEVEL% equ 0 exit /b 0
call :failed "reg could not write below %kit%"
exit /b 1

rem What could not be added needs no mark.
:unmark
"%reg%" delete "%kit%" /v %1 /f >nul
call :delete_if_empty "%kit%"
call :delete_if_empty "%kits%"
exit /b 0

:failed
echo error: %~1
if not defined changed echo   Nothing was changed on this computer.
if defined changed echo   What is listed above as added, set or enabled stays; the steps after it were not done.
if defined changed echo   Run install.cmd again once the cause is mended: it goes on from here. Or run uninstall.cmd.
exit /b 0

