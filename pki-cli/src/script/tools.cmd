rem Full paths: a tool that lies in this folder must not be run. A console of 32 bits would see another registry; the
rem tools of 64 bits are in Sysnative then.
:find_tools
set "bin=%SystemRoot%\System32"
if exist "%SystemRoot%\Sysnative\reg.exe" set "bin=%SystemRoot%\Sysnative"
set "certutil=%bin%\certutil.exe"
set "powershell=%bin%\WindowsPowerShell\v1.0\powershell.exe"
set "reg=%bin%\reg.exe"
set "quietly=-NoLogo -NoProfile -NonInteractive"
rem PowerShell 7 leaves folders in here that Windows PowerShell cannot use.
set "PSModulePath="
rem What was installed is marked here, kit by kit. Only administrators can write it.
set "kits=HKLM\SOFTWARE\replica-pki"
set "kit=%kits%\@THUMBPRINT@"
set "records=%ProgramData%\replica-pki"
exit /b 0

rem Fltmc does nothing here but fail for others.
:is_administrator
"%bin%\fltmc.exe" >nul 2>&1
if %ERRORLEVEL% equ 0 exit /b 0
echo error: this must be run as administrator; nothing was changed
echo hint: right-click the file and choose to run it as administrator, or use a console that was started so
exit /b 1

rem Whether a store of the machine has a certificate: the store, the thumbprint.
:has
"%certutil%" -store %1 %2 >nul 2>&1
if %ERRORLEVEL% neq 0 exit /b 1
exit /b 0

rem How to look for a key that has no certificate.
:tell_keys
echo   certutil -csp "@PROVIDER@" -key
echo   certutil -csp "@PROVIDER@" -delkey NAME
exit /b 0

rem 0: the firewall rule is enabled; 1: it is disabled; 2: there is none. The policy in the registry is never translated.
:ask_firewall
call :read "@FIREWALL_KEY@" @FIREWALL_RULE@
if not defined type exit /b 2
"%reg%" query "@FIREWALL_KEY@" /v @FIREWALL_RULE@ | "%bin%\find.exe" "|Active=TRUE|" >nul
if %ERRORLEVEL% equ 0 exit /b 0
exit /b 1

rem Enables or disables the firewall rule, and looks whether that came true: the verb, the state that is wanted.
:set_firewall
"%powershell%" %quietly% -Command "%1-NetFirewallRule -Name @FIREWALL_RULE@" <nul
call :ask_firewall
if %ERRORLEVEL% equ %2 exit /b 0
rem The firewall's service may take a moment to write down what it was told.
"%powershell%" %quietly% -Command "Start-Sleep -Seconds 3" <nul
call :ask_firewall
if %ERRORLEVEL% equ %2 exit /b 0
call :failed "PowerShell could not do: %1-NetFirewallRule -Name @FIREWALL_RULE@"
exit /b 1

rem Reads a value of the registry into type and data, or leaves them undefined: the key, the value.
:read
set "type="
set "data="
for /f "tokens=1,2" %%A in ('%reg% query %1 /v %2 2^>nul') do if /i "%%A"=="%~2" set "type=%%B"
for /f "tokens=1,2,*" %%A in ('%reg% query %1 /v %2 2^>nul') do if /i "%%A"=="%~2" set "data=%%C"
exit /b 0

rem Deletes a key of the registry that has neither values nor keys. Of what is printed those lines count that look like a
rem value or a key below: reg may print the key's own name, and what each new cmd runs (AutoRun) may print anything. The
rem last line shows that reg has printed everything.
:delete_if_empty
"%reg%" query %1 >nul 2>&1
if %ERRORLEVEL% neq 0 exit /b 0
set "own=%~1"
set "inside="
set "listed="
for /f "delims=" %%L in ('%reg% query %1 ^&^& echo listed') do (set "line=%%L"& call :is_inside)
if not defined listed exit /b 0
if not defined inside "%reg%" delete %1 /f >nul
exit /b 0

:is_inside
set "line=%line:"=%"
if "%line%"=="listed" set "listed=1"
if /i "%line%"=="HKEY_LOCAL_MACHINE%own:~4%" exit /b 0
if /i "%line:~0,5%"=="HKEY_" set "inside=1"
if "%line:~0,4%"=="    " set "inside=1"
exit /b 0

rem After a double click the window would close before anybody could read it. Explorer has two command lines, one to
rem open a file and one to run it as administrator, and both end with the script's path and a blank, which those of
rem tasks and of other programs do not. Quotes are compared as question marks, which are in no path.
:wait_after_double_click
if defined no_pause exit /b 0
if not defined CMDCMDLINE exit /b 0
set "started=%CMDCMDLINE:"=?%"
set "started=%started:*/c =%"
if /i "%started%"=="??%script%? ?" pause
if /i "%started%"=="?%script%? " pause
exit /b 0
