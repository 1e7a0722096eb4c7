@echo off
rem Takes back what install.cmd of this kit added to this computer, and nothing that was there before. Run it as
rem administrator. What another kit needs stays, and goes with that kit.
setlocal EnableExtensions DisableDelayedExpansion
set "ERRORLEVEL="
call :main
set "result=%ERRORLEVEL%"
rem After a double click the window would close before anybody could read it.
if not defined CMDCMDLINE goto :end
set "started=%CMDCMDLINE:"=%"
if not "%started:\uninstall.cmd=%"=="%started%" pause
:end
exit /b %result%

:main
call :find_tools
call :is_administrator
if %ERRORLEVEL% neq 0 exit /b 1
"%reg%" query "%kit%" >nul 2>&1
if %ERRORLEVEL% equ 0 goto :steps
echo error: install.cmd of this kit has installed nothing on this computer; nothing was changed
echo hint: if it was installed with the program: replica-pki uninstall, with this folder
exit /b 1

rem The last step first.
:steps
@STEPS@
"%reg%" delete "%kit%" /f >nul
if %ERRORLEVEL% neq 0 goto :cannot_forget
call :delete_if_empty "%kits%"
echo.
echo Uninstalled from this computer: the kit of @HOST@.
exit /b 0

:cannot_forget
call :failed "reg could not delete %kit%"
exit /b 1

:firewall
call :is_mine firewall "the firewall rule @FIREWALL_RULE@" "firewall-rule"
if %ERRORLEVEL% neq 0 exit /b 0
call :ask_firewall
if %ERRORLEVEL% neq 0 goto :rule_is_off
call :set_firewall Disable 1
if %ERRORLEVEL% neq 0 exit /b 1
:rule_is_off
call :forget firewall
echo disabled: the firewall rule @FIREWALL_RULE@
exit /b 0

rem A value of the registry: its mark, its key, the key above. Keys that were made for it go if nothing else is in them.
:revocation
call :is_mine %1 "HKLM\%~2\@VALUE@" "registry"
if %ERRORLEVEL% neq 0 exit /b 0
call :read "HKLM\%~2" @VALUE@
if not defined type goto :value_is_absent
if not "%type%"=="REG_DWORD" goto :value_is_another
if not "%data%"=="@OFF@" goto :value_is_another
if "%before:~0,2%"=="0x" goto :set_back
"%reg%" delete "HKLM\%~2" /v @VALUE@ /f >nul
if %ERRORLEVEL% neq 0 goto :cannot_set_back
:value_is_gone
if "%before%"=="absent-1" call :delete_if_empty "HKLM\%~2"
if "%before%"=="absent-2" call :delete_if_empty "HKLM\%~2"
if "%before%"=="absent-2" call :delete_if_empty "HKLM\%~3"
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
if not "%before:~0,2%"=="0x" goto :value_is_gone
:value_is_another
call :forget %1
echo kept: HKLM\%~2\@VALUE@, which was changed after install.cmd
exit /b 0

:cannot_set_back
call :failed "reg could not set HKLM\%~2\@VALUE@ back"
exit /b 1

rem A root: its file, its thumbprint, its SHA-256. Certutil calls it a success to remove what is not there, so the store is asked.
:root
call :is_mine root-%2 "the root %~1 in LocalMachine\Root" "%~3"
if %ERRORLEVEL% neq 0 exit /b 0
call :has Root %2
if %ERRORLEVEL% neq 0 goto :root_is_gone
"%certutil%" -delstore Root %2
call :has Root %2
if %ERRORLEVEL% neq 0 goto :root_is_gone
call :failed "certutil could not remove %~1 from LocalMachine\Root"
exit /b 1

:root_is_gone
call :forget root-%2
echo removed: the root %~1 from LocalMachine\Root
exit /b 0

rem The certificate with its key, which certutil would leave: its SHA-256.
:leaf
call :is_mine leaf-@THUMBPRINT@ "the certificate of @HOST@ in LocalMachine\My" "%~1"
if %ERRORLEVEL% neq 0 exit /b 0
call :has My @THUMBPRINT@
if %ERRORLEVEL% neq 0 goto :leaf_is_gone
"%powershell%" -NoProfile -NonInteractive -Command "Remove-Item -LiteralPath 'Cert:\LocalMachine\My\@THUMBPRINT@' -DeleteKey" <nul
call :has My @THUMBPRINT@
if %ERRORLEVEL% neq 0 goto :leaf_is_gone
call :failed "PowerShell could not remove the certificate of @HOST@ from LocalMachine\My"
exit /b 1

:leaf_is_gone
call :forget leaf-@THUMBPRINT@
echo removed: the certificate of @HOST@ and its key, from LocalMachine\My
exit /b 0

rem ---- Helpers ----

rem Whether to take a thing back: its mark, its name, how records of "replica-pki install" call it. What was there
rem before is put into before.
:is_mine
call :read "%kit%" %1
if not defined type exit /b 1
set "before=%data%"
set "heir="
if "%before%"=="there" goto :is_kept
for /f "delims=" %%K in ('%reg% query "%kits%"') do call :bequeath "%%K" %1
if not defined heir call :look_into_records %3
if not defined heir exit /b 0
echo kept: %~2, for another kit: %heir%
exit /b 1

:is_kept
echo kept: %~2, which was there before
exit /b 1

rem Another kit that needs the thing gets its mark, and takes it back one day: the other's key, the mark.
:bequeath
if defined heir exit /b 0
if /i "%~nx1"=="@THUMBPRINT@" exit /b 0
call :read %1 %2
if not defined type exit /b 0
"%reg%" add %1 /v %2 /t REG_SZ /d %before% /f >nul
if %ERRORLEVEL% equ 0 set "heir=%~1"
exit /b 0

:look_into_records
if not exist "%ProgramData%\replica-pki\*.json" exit /b 0
pushd "%ProgramData%\replica-pki"
for %%F in (*.json) do call :look_into_record "%%F" %1
popd
exit /b 0

:look_into_record
"%bin%\find.exe" %2 <%1 >nul
if %ERRORLEVEL% equ 0 set "heir=%ProgramData%\replica-pki\%~1"
exit /b 0

:forget
"%reg%" delete "%kit%" /v %1 /f >nul
exit /b 0

:failed
echo error: %~1
echo   What is listed above stays as it is said there; the rest was not taken back.
echo hint: run uninstall.cmd again once the cause is mended: it goes on from here
exit /b 0

