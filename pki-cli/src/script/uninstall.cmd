@echo off
rem Takes back what install.cmd of this kit added to this computer, and nothing that was there before. Run it as
rem administrator. What another kit needs stays, and goes with that kit.
rem   uninstall.cmd /nopause    without waiting for a key at the end, as it does after a double click
setlocal EnableExtensions DisableDelayedExpansion
set "ERRORLEVEL="
set "no_pause="
set "left="
set "failed="
rem What is in a called part is another %0.
set "script=%~f0"
set "unknown="
if not "%~1"=="" set "unknown=1"
if /i "%~1"=="/nopause" set "no_pause=1"
if /i "%~1"=="/nopause" set "unknown=%~2"
call :main
set "result=%ERRORLEVEL%"
call :wait_after_double_click
exit /b %result%

:main
call :find_tools
if not defined unknown goto :check
echo error: uninstall.cmd takes /nopause, and nothing else; nothing was changed
echo hint: /nopause never waits for a key, as a task needs it
exit /b 1

:check
call :is_administrator
if %ERRORLEVEL% neq 0 exit /b 1
"%reg%" query "%kit%" >nul 2>&1
if %ERRORLEVEL% equ 0 goto :check_records
echo error: install.cmd of this kit has installed nothing on this computer; nothing was changed
echo hint: if it was installed with the program: replica-pki uninstall, with this folder
exit /b 1

:check_records
call :look_into_records "$false"
if %ERRORLEVEL% equ 0 goto :steps
echo error: the records in %records% cannot be believed; nothing was changed
echo   They tell what kits of "replica-pki install" need. The folder does not belong to the administrators, or one of its
echo   files is damaged or of another version.
echo hint: look what is inside; remove it if "replica-pki install" did not make it; then run uninstall.cmd again
exit /b 1

rem The last step first. One that fails keeps its mark, and does not keep the others from being taken back.
:steps
@STEPS@
echo.
if defined failed goto :some_failed
if defined left goto :left
"%reg%" delete "%kit%" /f >nul
if %ERRORLEVEL% neq 0 goto :cannot_forget
call :delete_if_empty "%kits%"
echo Uninstalled from this computer: the kit of @HOST@.
exit /b 0

rem What is kept with its mark is taken back by the next run.
:left
echo Uninstalled from this computer: the kit of @HOST@, but for what is to be taken back later.
echo Keep uninstall.cmd, and run it again when nothing above needs that any more.
exit /b 0

:cannot_forget
call :failed "reg could not delete %kit%"
:some_failed
echo error: not everything was taken back: what follows an error above stays as it is said there
echo hint: run uninstall.cmd again once the cause is mended: it goes on with what is left
exit /b 1

:firewall
call :is_mine firewall "the firewall rule @FIREWALL_RULE@" "$_ -eq 'firewall-rule'"
if %ERRORLEVEL% neq 0 exit /b 0
call :ask_firewall
if %ERRORLEVEL% neq 0 goto :rule_is_off
call :set_firewall Disable 1
if %ERRORLEVEL% neq 0 exit /b 1
call :forget firewall
echo disabled: the firewall rule @FIREWALL_RULE@
exit /b 0

:rule_is_off
call :forget firewall
echo gone already: the firewall rule @FIREWALL_RULE@ is disabled, or there is none any more
exit /b 0

rem A value of the registry: its mark, its key, the key above, how records call it. Keys that were made for it go if
rem nothing else is in them.
:revocation
call :is_mine %1 "HKLM\%~2\@VALUE@" "$_.registry -eq '%~4'"
if %ERRORLEVEL% neq 0 exit /b 0
call :read "HKLM\%~2" @VALUE@
if not defined type goto :value_is_absent
if not "%type%"=="REG_DWORD" goto :value_is_another
if not "%data%"=="@OFF@" goto :value_is_another
if "%before:~0,2%"=="0x" goto :set_back
"%reg%" delete "HKLM\%~2" /v @VALUE@ /f >nul
if %ERRORLEVEL% neq 0 goto :cannot_set_back
call :delete_keys_made "HKLM\%~2" "HKLM\%~3"
call :forget %1
echo deleted: HKLM\%~2\@VALUE@
exit /b 0

:set_back
"%reg%" add "HKLM\%~2" /v @VALUE@ /t REG_DWORD /d %before% /f >nul
if %ERRORLEVEL% neq 0 goto :cannot_set_back
call :forget %1
echo set back to %before%: HKLM\%~2\@VALUE@
exit /b 0

:value_is_absent
call :delete_keys_made "HKLM\%~2" "HKLM\%~3"
call :forget %1
echo gone already: HKLM\%~2\@VALUE@
exit /b 0

:value_is_another
call :forget %1
echo kept: HKLM\%~2\@VALUE@, which was changed after install.cmd
exit /b 0

:cannot_set_back
call :failed "reg could not set HKLM\%~2\@VALUE@ back"
exit /b 1

rem A root: its file, its thumbprint, its SHA-256. Certutil calls it a success to remove what is not there, and finds also
rem what comes from elsewhere: so the computer's own part of the store is looked at.
:root
call :is_mine root-%2 "the root %~1 in LocalMachine\Root" "$_.root -eq '%~3'"
if %ERRORLEVEL% neq 0 exit /b 0
call :has_own_root %2
if %ERRORLEVEL% neq 0 goto :root_is_gone
"%certutil%" -delstore Root %2
call :has_own_root %2
if %ERRORLEVEL% neq 0 goto :root_is_removed
call :failed "certutil could not remove %~1 from LocalMachine\Root"
exit /b 1

:root_is_removed
call :forget root-%2
echo removed: the root %~1 from LocalMachine\Root
goto :root_from_elsewhere

:root_is_gone
call :forget root-%2
echo gone already: the root %~1 from LocalMachine\Root
:root_from_elsewhere
call :has Root %2
if %ERRORLEVEL% neq 0 exit /b 0
echo   It is still trusted: it is distributed to this computer, by Group Policy or by the enterprise's store.
exit /b 0

rem The certificate with its key, which certutil would leave: its SHA-256.
:leaf
call :is_mine leaf-@THUMBPRINT@ "the certificate of @HOST@ in LocalMachine\My" "$_.leaf -eq '%~1'"
if %ERRORLEVEL% neq 0 exit /b 0
call :has My @THUMBPRINT@
if %ERRORLEVEL% neq 0 goto :leaf_is_gone
call :remove_leaf
set "code=%ERRORLEVEL%"
call :has My @THUMBPRINT@
if %ERRORLEVEL% equ 0 goto :leaf_is_there
if %code% equ 10 goto :leaf_is_removed
call :failed "the certificate of @HOST@ is removed from LocalMachine\My, but its key may have stayed"
echo   PowerShell names the key container above if it is still there. The next run tries to delete it; so does this:
echo   certutil -csp "@PROVIDER@" -delkey NAME
exit /b 1

:leaf_is_there
call :failed "PowerShell could not remove the certificate of @HOST@ from LocalMachine\My (code %code%)"
exit /b 1

:leaf_is_removed
call :forget_leaf
echo removed: the certificate of @HOST@ and its key, from LocalMachine\My
exit /b 0

:leaf_is_gone
call :delete_key
if %ERRORLEVEL% equ 10 goto :key_is_deleted
if %ERRORLEVEL% equ 11 goto :key_is_gone
if %ERRORLEVEL% equ 12 goto :key_is_unknown
call :failed "the certificate of @HOST@ is gone already, but PowerShell could not delete its key"
exit /b 1

:key_is_deleted
call :forget_leaf
echo removed: the key of the certificate of @HOST@, which itself is gone already
exit /b 0

:key_is_gone
call :forget_leaf
echo gone already: the certificate of @HOST@ and its key, from LocalMachine\My
exit /b 0

:key_is_unknown
call :forget_leaf
echo gone already: the certificate of @HOST@ from LocalMachine\My
echo   Its key may still be there. List the keys, and delete the one that no certificate has:
call :tell_keys
exit /b 0

rem Removes the certificate with its key, and looks whether the key is gone. 10: it is.
:remove_leaf
set "ask=$path = 'Cert:\LocalMachine\My\@THUMBPRINT@'; $key = (Get-Item -LiteralPath $path).PrivateKey.CspKeyContainerInfo;"
set "ask=%ask% Remove-Item -LiteralPath $path -DeleteKey; $removed = $?;"
set "ask=%ask% if ($key.Accessible) { 'The key container is still there: ' + $key.KeyContainerName; exit 11 };"
"%powershell%" %quietly% -Command "%ask% if ($removed) { exit 10 }" <nul
exit /b %ERRORLEVEL%

rem Deletes the key of a certificate that is gone, by the name that install.cmd noted. 10: done; 11: there is no such
rem container any more; 12: no name was noted. Windows deletes a container that is closed as one not to be kept.
:delete_key
set "ask=$ErrorActionPreference = 'Stop'; $name = (Get-Item -LiteralPath 'HKLM:%kit:~4%').GetValue('container');"
set "ask=%ask% if (-not $name) { exit 12 };"
set "ask=%ask% $where = New-Object Security.Cryptography.CspParameters @PROVIDER_TYPE@, '@PROVIDER@', $name;"
set "ask=%ask% $where.KeyNumber = 1; $where.Flags = 'UseMachineKeyStore, UseExistingKey, NoPrompt';"
set "ask=%ask% $container = New-Object Security.Cryptography.CspKeyContainerInfo $where;"
set "ask=%ask% if (-not $container.Accessible) { exit 11 };"
set "ask=%ask% $key = New-Object Security.Cryptography.RSACryptoServiceProvider $where;"
set "ask=%ask% $key.PersistKeyInCsp = $false; $key.Clear();"
"%powershell%" %quietly% -Command "%ask% if (-not $container.Accessible) { exit 10 }" <nul
exit /b %ERRORLEVEL%

rem ---- Helpers ----

rem Whether a root is in what this computer itself keeps of LocalMachine\Root, without what is distributed to it.
:has_own_root
"%reg%" query "HKLM\SOFTWARE\Microsoft\SystemCertificates\Root\Certificates\%1" >nul 2>&1
exit /b %ERRORLEVEL%

rem Whether to take a thing back: its mark, its name, how PowerShell finds it in what a record of "replica-pki install"
rem needs. What was there before is put into before. The mark of what is kept for such a record stays.
:is_mine
call :read "%kit%" %1
if not defined type exit /b 1
set "before=%data%"
if "%before%"=="there" goto :was_there
set "heir="
set "listed="
for /f "delims=" %%L in ('%reg% query "%kits%" ^&^& echo listed') do (set "line=%%L"& call :bequeath %1)
if not defined listed goto :unknown_kits
if defined heir goto :is_handed_over
call :look_into_records "%~3"
if %ERRORLEVEL% equ 0 exit /b 0
set "left=1"
echo kept: %~2, for a kit of "replica-pki install"; run uninstall.cmd again when that kit is gone
exit /b 1

:unknown_kits
call :failed "reg could not list %kits%; kept: %~2"
exit /b 1

:was_there
call :forget %1
echo kept: %~2, which was there before
exit /b 1

:is_handed_over
call :forget %1
echo kept: %~2, for another kit: %heir%
exit /b 1

rem Looks at a line that reg printed. If it names another kit that needs the thing, that kit gets its mark, and takes the
rem thing back one day: the mark.
:bequeath
set "line=%line:"=%"
if "%line%"=="listed" set "listed=1"
if defined heir exit /b 0
if /i not "%line:~0,40%"=="HKEY_LOCAL_MACHINE%kits:~4%\" exit /b 0
if /i "%line:~40%"=="@THUMBPRINT@" exit /b 0
call :read "%kits%\%line:~40%" %1
if not defined type exit /b 0
"%reg%" add "%kits%\%line:~40%" /v %1 /t REG_SZ /d %before% /f >nul
if %ERRORLEVEL% equ 0 set "heir=%kits%\%line:~40%"
exit /b 0

rem 0: no record of "replica-pki install" needs a thing; 1: one does; 2: they cannot be believed. PowerShell's condition.
rem Anybody may make a folder in ProgramData: it counts if it belongs to the system or the administrators.
:look_into_records
if not exist "%records%\" exit /b 0
set "ask=$ErrorActionPreference = 'Stop'; $folder = Join-Path $env:ProgramData 'replica-pki';"
set "ask=%ask% $owner = (Get-Acl -LiteralPath $folder).GetOwner([Security.Principal.SecurityIdentifier]).Value;"
set "ask=%ask% if ('S-1-5-18', 'S-1-5-32-544' -notcontains $owner) { exit 12 };"
set "ask=%ask% $needs = Get-ChildItem -LiteralPath $folder -Filter *.json -Force | ForEach-Object {"
set "ask=%ask% $record = Get-Content -LiteralPath $_.FullName -Raw -Encoding UTF8 | ConvertFrom-Json;"
set "ask=%ask% if ($record.format -ne @FORMAT@) { exit 12 }; $record.needs };"
set "ask=%ask% if ($needs | Where-Object { %~1 }) { exit 11 } else { exit 10 }"
"%powershell%" %quietly% -Command "%ask%" <nul
if %ERRORLEVEL% equ 10 exit /b 0
if %ERRORLEVEL% equ 11 exit /b 1
exit /b 2

rem What install.cmd made for a value: its key, the key above.
:delete_keys_made
if "%before%"=="absent-1" call :delete_if_empty %1
if "%before%"=="absent-2" call :delete_if_empty %1
if "%before%"=="absent-2" call :delete_if_empty %2
exit /b 0

:forget
"%reg%" delete "%kit%" /v %1 /f >nul
exit /b 0

:forget_leaf
call :forget leaf-@THUMBPRINT@
"%reg%" delete "%kit%" /v container /f >nul 2>&1
exit /b 0

:failed
set "failed=1"
echo error: %~1
exit /b 0

